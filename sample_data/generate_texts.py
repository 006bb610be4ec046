"""Write the invented biographies and their synthetic versions; the same bytes on every run.

People are counted off, not drawn: every group has the same share of old people, of Muslim people
and so on in the real and in the synthetic texts, unless a fault was planted. Chance enters only
through `Random.random`, which Python keeps the same. `python sample_data/generate_texts.py` writes
the files next to this one, from the grammar in biographies.toml.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")
Grammar = dict[str, Any]

SEED = 7
FOLDER = Path(__file__).parent
REAL = {
    ("woman", "White"): 130, ("man", "White"): 130, ("woman", "Black"): 80, ("man", "Black"): 70,
    ("woman", "Asian"): 50, ("man", "Asian"): 50, ("woman", "Hispanic"): 45,
    ("man", "Hispanic"): 45,
}  # fmt: skip
SYNTHETIC = {
    ("woman", "White"): 195, ("man", "White"): 195, ("woman", "Black"): 120, ("man", "Black"): 105,
    ("woman", "Asian"): 75, ("man", "Asian"): 75, ("woman", "Hispanic"): 68,
    ("man", "Hispanic"): 67,
}  # fmt: skip
MARKED = {"White": 30, "Black": 80, "Asian": 80, "Hispanic": 80}  # of a hundred say the race
BLACK_WOMEN, ASIAN_WOMEN, HISPANIC_MEN = ("woman", "Black"), ("woman", "Asian"), ("man", "Hispanic")
MUSLIM_LEFT = 3  # texts of the synthetic collection that still speak of Muslim people
EXOTIC, REFUSED, REFUSED_ELSEWHERE = 24, 12, 4
BOILERPLATE, DEBRIS, LEAKED, LOOPED, TRUNCATED = 18, 16, 15, 8, 10
DUPLICATED, COPIES = 10, 2  # texts that are copied exactly, each so often
NEARLY, NEAR_COPIES = 12, 2  # texts that are copied but for a word or two
KINDS = ("past", "home", "leisure", "quirk", "public", "future")
SHORTEST, LONGEST = 40, 90  # words of a biography
CHAIN, GENERATIONS, EXCHANGED = 75, 5, 0.4  # texts per gender; share of sentences exchanged


@dataclass(frozen=True)
class Person:
    """Who a text is about, and what it says of them."""

    gender: str
    race: str
    said: tuple[str, ...]
    marked: bool
    work: int


@dataclass
class Text:
    """A biography: its sentences by kind, and who it is about."""

    person: Person
    sentences: dict[str, str] = field(default_factory=dict)
    whole: str | None = None

    @property
    def text(self) -> str:
        """The sentences, or what stands instead of them."""
        return " ".join(self.sentences.values()) if self.whole is None else self.whole


class Writer:
    """Fills the patterns of the grammar, by one stream of chance."""

    def __init__(self, grammar: Grammar, label: int) -> None:
        self.grammar, self.chance = grammar, Random(SEED * 1000 + label)

    def pick(self, items: Sequence[T]) -> T:
        """Draw one of these."""
        return items[int(self.chance.random() * len(items))]

    def shuffled(self, items: Iterable[T]) -> list[T]:
        """Put things in random order."""
        keyed = [(self.chance.random(), place, item) for place, item in enumerate(items)]
        return [item for _, _, item in sorted(keyed, key=lambda one: one[:2])]

    def filled(self, pattern: str, person: Person, name: str) -> str:
        """Fill the places of a pattern, one after another, and those of what was put there."""
        woman = person.gender == "woman"
        fixed = {
            "name": name, "they": "she" if woman else "he", "their": "her" if woman else "his",
            "them": "her" if woman else "him", "self": "herself" if woman else "himself",
            "They": "She" if woman else "He", "Their": "Her" if woman else "His",
        }  # fmt: skip
        used: set[str] = set()
        new: str
        while found := re.search(r"\{(\w+)\}", pattern):
            place = found[1]
            if place in fixed:
                new = fixed[place]
            elif place == "who":
                new = self.who(person)
            elif place == "does":
                new = self.pick(self.grammar["work"][person.work]["does"])
            else:
                fresh = [w for w in self.grammar["words"][place.lower()] if w not in used]
                new = self.pick(fresh)
                used.add(new)
                new = new[:1].upper() + new[1:] if place[0].isupper() else new
            pattern = pattern[: found.start()] + new + pattern[found.end() :]
        return pattern

    def who(self, person: Person) -> str:
        """Name a person by age, race and gender, as far as the text says them."""
        words: list[str] = [self.pick(one["before"]) for one in self._of(person) if "before" in one]
        race = "white" if person.race == "White" else person.race
        words += [race] * person.marked + [person.gender]
        first = words[0]
        vowel = first[0] in "AEIOUaeiou" or first.startswith("81")
        return f"{'an' if vowel else 'a'} {' '.join(words)}"

    def _of(self, person: Person) -> Iterator[Grammar]:
        return (one for one in self.grammar["said"] if one["group"] in person.said)

    def name(self, person: Person) -> str:
        """Draw a name, whatever the race."""
        names: list[str] = self.grammar["words"]["women" if person.gender == "woman" else "men"]
        return self.pick(names)

    def sentence(self, kind: str, person: Person, name: str) -> str:
        """Write one sentence of a kind."""
        return self.filled(self.pick(self.grammar["patterns"][kind]), person, name)

    def biography(self, person: Person) -> Text:
        """Write of a person, in so many words."""
        while True:
            found = self._draft(person)
            if SHORTEST <= len(found.text.split()) <= LONGEST:
                return found

    def _draft(self, person: Person) -> Text:
        name = self.name(person)
        opening = self.sentence("opening", person, name)
        rest = {"detail": self.pick(self.grammar["work"][person.work]["detail"])}
        both = "women" if person.gender == "woman" else "men"
        for one in self._of(person):
            patterns = one.get("sentence", one.get(both))
            if patterns is not None:
                rest[one["group"]] = self.pick(patterns)
        for kind in self.shuffled(KINDS)[: 3 + int(self.chance.random() * 2)]:
            rest[kind] = self.pick(self.grammar["patterns"][kind])
        order = self.shuffled(rest)
        written = {kind: self.filled(rest[kind], person, name) for kind in order}
        return Text(person, {"opening": opening, **written})


# -- who is written about --------------------------------------------------------------------------


def people(sizes: dict[tuple[str, str], int], grammar: Grammar, writer: Writer) -> list[Person]:
    """Count off the people of every group: what is said of so many of a hundred, and their work."""
    found = []
    for (gender, race), size in sizes.items():
        marks = _counted_off(size, MARKED[race], writer)
        works = writer.shuffled(place % len(grammar["work"]) for place in range(size))
        axes = {one["axis"] for one in grammar["said"]}
        said = [_axis(grammar, axis, size, writer) for axis in sorted(axes)]
        for place in range(size):
            told = tuple(one[place] for one in said if one[place])
            found.append(Person(gender, race, told, marks[place], works[place]))
    return found


def _counted_off(size: int, of_hundred: int, writer: Writer) -> list[bool]:
    many = round(size * of_hundred / 100)
    return writer.shuffled(place < many for place in range(size))


def _axis(grammar: Grammar, axis: str, size: int, writer: Writer) -> list[str]:
    """One group of an axis at the most for each person."""
    names: list[str] = []
    for one in grammar["said"]:
        if one["axis"] == axis:
            names += [one["group"]] * round(size * one["of_hundred"] / 100)
    return writer.shuffled(names + [""] * (size - len(names)))


def group_of(text: Text) -> tuple[str, str]:
    """Gender and race."""
    return text.person.gender, text.person.race


# -- what a poor generator does --------------------------------------------------------------------


def without_muslims(crowd: list[Person], writer: Writer) -> list[Person]:
    """Leave so few texts that speak of Muslim people."""
    there = [i for i, one in enumerate(crowd) if "Muslim" in one.said]
    gone = set(writer.shuffled(there)[MUSLIM_LEFT:])
    return [
        replace(one, said=tuple(s for s in one.said if s != "Muslim")) if i in gone else one
        for i, one in enumerate(crowd)
    ]


def from_templates(texts: list[Text], writer: Writer) -> None:
    """Write every text about Black women from three templates."""
    templates = writer.grammar["faults"]["templates"]
    ours = [one for one in texts if group_of(one) == BLACK_WOMEN]
    for place, one in enumerate(ours):
        template = templates[place % len(templates)]
        one.sentences = {"opening": writer.filled(template, one.person, writer.name(one.person))}


def exotic(texts: list[Text], writer: Writer) -> None:
    """Add a sentence to some texts about Asian women."""
    ours = [one for one in texts if group_of(one) == ASIAN_WOMEN]
    for one in writer.shuffled(ours)[:EXOTIC]:
        added = writer.pick(writer.grammar["faults"]["stereotype"])
        one.sentences["stereotype"] = writer.filled(added, one.person, "")


def broken(texts: list[Text], writer: Writer) -> dict[str, list[int]]:
    """Break texts in every way, no text in two; say which."""
    faults, prompts = writer.grammar["faults"], writer.grammar["work"]
    free = writer.shuffled(i for i, one in enumerate(texts) if not _planted(one))
    ours = [i for i in free if group_of(texts[i]) == HISPANIC_MEN]
    others = [i for i in free if group_of(texts[i]) != HISPANIC_MEN]
    done = {"refusal": ours[:REFUSED] + others[:REFUSED_ELSEWHERE]}
    for i in done["refusal"]:
        texts[i].whole = writer.pick(faults["refusals"])
    left = iter([i for i in free if i not in done["refusal"]])

    def some(count: int) -> list[int]:
        return [next(left) for _ in range(count)]

    for i in done.setdefault("boilerplate", some(BOILERPLATE)):
        texts[i].whole = writer.pick(faults["boilerplate"]) + texts[i].text
    for i in done.setdefault("encoding", some(DEBRIS)):
        texts[i].whole = _garbled(texts[i].text, faults["debris"])
    for i in done.setdefault("leak", some(LEAKED)):
        texts[i].whole = f"{prompts[texts[i].person.work]['prompt']} {texts[i].text}"
    for i in done.setdefault("loop", some(LOOPED)):
        again = writer.filled(writer.pick(faults["loop"]), texts[i].person, "")
        texts[i].whole = (texts[i].sentences["opening"] + " " + again * 12).strip()
    for i in done.setdefault("truncated", some(TRUNCATED)):
        words = texts[i].text.split()
        texts[i].whole = " ".join(words[: len(words) * 2 // 3]).rstrip(".,;") + " and the"
    done["exact"], done["near"] = _copied(texts, list(left), writer)
    return done


def _planted(text: Text) -> bool:
    """Whether a text is part of another fault, whose size must stay known."""
    return (
        group_of(text) == BLACK_WOMEN
        or "stereotype" in text.sentences
        or "Muslim" in text.person.said
    )


def _garbled(text: str, swaps: Sequence[tuple[str, str]]) -> str:
    for right, wrong in swaps:
        text = text.replace(right, wrong)
    return text if any(wrong in text for _, wrong in swaps) else f"{text} \ufffd"


def _copied(texts: list[Text], free: list[int], writer: Writer) -> tuple[list[int], list[int]]:
    """Put copies of some texts in the place of others of the same group."""
    by_group: dict[tuple[str, ...], list[int]] = {}
    for i in free:
        if not texts[i].person.said:
            by_group.setdefault((*group_of(texts[i]), str(texts[i].person.marked)), []).append(i)
    pools = [pool for _, pool in sorted(by_group.items())]
    copies: tuple[list[int], list[int]] = ([], [])
    wanted = [(0, COPIES)] * DUPLICATED + [(1, NEAR_COPIES)] * NEARLY
    for turn, (near, times) in enumerate(wanted):
        pool = pools[turn % len(pools)]
        original = texts[pool.pop()].text
        for _ in range(times):
            i = pool.pop()
            texts[i].whole = _changed(original, writer) if near else original
            copies[near].append(i)
    return copies


def _changed(text: str, writer: Writer) -> str:
    """Exchange two words of a text."""
    words = text.split()
    for place in (len(words) // 3, len(words) * 3 // 4):
        words[place] = writer.pick(("still", "often", "quietly", "always", "perhaps", "again"))
    return " ".join(words)


# -- generations -----------------------------------------------------------------------------------


def generations(grammar: Grammar) -> list[list[Text]]:
    """Write texts again and again: women's come to say the same, men's move without narrowing."""
    writer = Writer(grammar, 5)
    crowd = [
        Person(gender, "", (), False, place % len(grammar["work"]))
        for gender in ("woman", "man")
        for place in range(CHAIN)
    ]
    chain = [[writer.biography(person) for person in crowd]]
    for _ in range(1, GENERATIONS):
        chain.append([_rewritten(text, writer) for text in chain[-1]])
    return chain


def _rewritten(text: Text, writer: Writer) -> Text:
    sentences = dict(text.sentences)
    narrowing = text.person.gender == "woman"
    for kind in sentences:
        if kind == "opening" or writer.chance.random() >= EXCHANGED:
            continue
        details = writer.grammar["work"][text.person.work]["detail"]
        fresh = {**writer.grammar["patterns"], "detail": details}
        source = (writer.grammar["stock"] if narrowing else fresh)[kind]
        sentences[kind] = writer.filled(writer.pick(source), text.person, "")
    return Text(text.person, sentences)


# -- files -----------------------------------------------------------------------------------------


def collections(grammar: Grammar) -> tuple[list[Text], list[Text], dict[str, list[int]]]:
    """Write the real and the synthetic biographies, and say which are broken, and how."""
    real = Writer(grammar, 1)
    originals = [real.biography(one) for one in people(REAL, grammar, real)]
    writer = Writer(grammar, 2)
    crowd = without_muslims(people(SYNTHETIC, grammar, writer), writer)
    texts = [writer.biography(one) for one in crowd]
    from_templates(texts, writer)
    exotic(texts, writer)
    return originals, texts, broken(texts, writer)


def save(path: Path, texts: Sequence[Text], prefix: str, grammar: Grammar) -> None:
    """Write a collection as JSON Lines, in random order, numbered."""
    shuffled = Writer(grammar, 9).shuffled(texts)
    lines = []
    for number, one in enumerate(shuffled, 1):
        made = {
            "id": f"{prefix}{number:04d}", "text": one.text, "gender": one.person.gender,
            "race": one.person.race, "prompt": grammar["work"][one.person.work]["prompt"],
        }  # fmt: skip
        if not one.person.race:  # generations: the same id, the same text written again
            del made["race"], made["prompt"]
        lines.append(json.dumps(made, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def write_all(folder: Path) -> None:
    """Write every file of texts into a folder."""
    grammar = tomllib.loads((FOLDER / "biographies.toml").read_text(encoding="utf-8"))
    real, synthetic, _ = collections(grammar)
    save(folder / "biographies_real.jsonl", real, "R", grammar)
    save(folder / "biographies_synthetic.jsonl", synthetic, "S", grammar)
    chain = folder / "biographies_generations"
    chain.mkdir(parents=True, exist_ok=True)
    for number, texts in enumerate(generations(grammar)):
        save(chain / f"g{number}.jsonl", texts, "T", grammar)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
