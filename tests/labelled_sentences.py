"""Sentences labelled by hand, and how well a lexicon finds what they mention."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from texts_made import corpora_of

from audits.corpus.mentions import Mentions

FOLDER = Path(__file__).parent / "labelled"

Pair = tuple[str, str]


@dataclass(frozen=True)
class Sentence:
    id: str
    text: str
    mentions: frozenset[Pair]
    ambiguous: str


@dataclass(frozen=True)
class Score:
    """Mentions rightly found, wrongly found and missed, and which."""

    right: int
    wrong: tuple[tuple[str, Pair], ...]
    missed: tuple[tuple[str, Pair], ...]

    @property
    def precision(self) -> float:
        return self.right / max(self.right + len(self.wrong), 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.right + len(self.missed), 1)


def sentences(name: str) -> list[Sentence]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return [
            Sentence(row["id"], row["text"], _pairs(row["mentions"]), row["ambiguous"])
            for row in csv.DictReader(file)
        ]


def _pairs(written: str) -> frozenset[Pair]:
    split = (one.strip().split(":", 1) for one in written.split(";") if one.strip())
    return frozenset((axis.strip(), group.strip()) for axis, group in split)


def found_in(texts: Sequence[str]) -> list[frozenset[Pair]]:
    """The groups that each text mentions, by the English lexicon."""
    corpora = corpora_of(None, list(texts))
    assert corpora.mentions is not None
    return mentioned(corpora.mentions, corpora.synthetic.row)


def mentioned(mentions: Mentions, row: Iterable[int]) -> list[frozenset[Pair]]:
    rows = [int(one) for one in row]
    groups: list[set[Pair]] = [set() for _ in rows]
    found = mentions.found[-1]
    for document, group in zip(found.document, found.group, strict=True):
        groups[rows[document]].add(mentions.groups[group][0])
    return [frozenset(one) for one in groups]


def score(given: Sequence[Sentence], found: Sequence[frozenset[Pair]]) -> Score:
    """Compare labels with what was found, mention by mention."""
    wrong, missed, right = [], [], 0
    for sentence, there in zip(given, found, strict=True):
        right += len(there & sentence.mentions)
        wrong += [(sentence.id, pair) for pair in sorted(there - sentence.mentions)]
        missed += [(sentence.id, pair) for pair in sorted(sentence.mentions - there)]
    return Score(right, tuple(wrong), tuple(missed))


def on_ambiguous_words(
    given: Sequence[Sentence], found: Sequence[frozenset[Pair]], of_word: dict[str, set[Pair]]
) -> Score:
    """Compare only the groups that the ambiguous word of each sentence could name."""
    chosen, there = [], []
    for sentence, pairs in zip(given, found, strict=True):
        if sentence.ambiguous:
            mine = of_word.get(sentence.ambiguous.lower(), set())
            kept = frozenset(sentence.mentions & mine)
            chosen.append(Sentence(sentence.id, sentence.text, kept, sentence.ambiguous))
            there.append(frozenset(pairs & mine))
    return score(chosen, there)


def confusions(given: Sequence[Sentence], found: Sequence[frozenset[Pair]]) -> list[str]:
    """Words that were taken wrongly or missed, most often first."""
    by_id = {sentence.id: sentence for sentence in given}
    told = score(given, found)
    counted: Counter[str] = Counter()
    for what, pairs in (("wrongly", told.wrong), ("missed", told.missed)):
        counted.update(f"{by_id[name].ambiguous or '-'}: {pair[1]} {what}" for name, pair in pairs)
    return [f"{count} × {what}" for what, count in counted.most_common()]
