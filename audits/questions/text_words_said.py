"""Marked words: what is said of a word, and of a group, in whole clauses."""

from __future__ import annotations

from collections.abc import Sequence

from audits.estimates import many, number, percent
from audits.questions.text_words_rows import MarkedWordRow, WordGroupRow, WordTieRow
from audits.questions.words import estimate, listed
from audits.results import group_name
from audits.visible import visible

_LONGEST = 40  # letters of a word that stand in a sentence
_NAMED = 5  # words named in one


def quoted(word: str) -> str:
    """Return a word as it stands in a sentence: in quotes, cut where it has no end.

    >>> quoted("braids"), len(quoted("a" * 1000))
    ('“braids”', 43)
    """
    shown = visible(word)
    return f"“{shown}”" if len(shown) <= _LONGEST else f"“{shown[:_LONGEST]}…”"


def texts(row: WordGroupRow) -> str:
    """Name the texts that a statement rests on."""
    synthetic = many(row.synthetic, "synthetic text")
    return synthetic if row.alone else f"{many(row.real, 'real text')} and {synthetic}"


def known_tie(tie: WordTieRow) -> str:
    """Say of a word how much more it is tied to its group than in the real texts."""
    word, group = quoted(tie.word), group_name(tie.group)
    if tie.kind == "added":
        return (
            f"in the synthetic texts, {word} and {group} go together {estimate(tie.growth)} times "
            f"as strongly as chance would have it, while no real text of the group has the word: "
            f"{_shares(tie)}"
        )
    return (
        f"in the synthetic texts, {word} and {group} go together {estimate(tie.growth)} times as "
        f"strongly as in the real ones: {_shares(tie)}"
    )


def _shares(tie: WordTieRow) -> str:
    return (
        f"{percent(tie.share_synthetic)} of the group's texts have it and "
        f"{percent(tie.elsewhere_synthetic)} of the others, in the real ones "
        f"{percent(tie.share_real)} and {percent(tie.elsewhere_real)}"
    )


def accused(row: WordGroupRow, lead: str, ties: Sequence[WordTieRow]) -> str:
    """Say of a group which words it has become tied to."""
    return (
        f"{lead}; of {many(row.compared, 'word')} that {texts(row)} allow to compare, "
        f"{_became(row, ties)}"
    )


def _became(row: WordGroupRow, ties: Sequence[WordTieRow]) -> str:
    if len(ties) == 1:
        return "it is the only one that became tied to the group beyond the limits"
    words = listed([quoted(tie.word) for tie in ties], _NAMED)
    least = " at least" if len(ties) == row.listed else ""
    return (
        f"{least.strip()} {len(ties)} became tied to the group beyond the limits: {words}".strip()
    )


def set_apart(row: WordGroupRow, marked: Sequence[MarkedWordRow]) -> str:
    """Say which words set a group apart where nobody knows whether they do so in real texts."""
    own = [word for word in marked if not word.identity and word.marked]
    if not own:
        named = "all of those listed name the group itself"
    else:
        named = (
            f"most surely {listed([_times(word, rank) for rank, word in enumerate(own[:_NAMED])])}"
        )
    verb = "sets" if row.marked_synthetic == 1 else "set"
    return (
        f"{many(row.marked_synthetic, 'word')} of {row.words_synthetic:,} compared {verb} its "
        f"{texts(row)} apart from {row.others_synthetic:,} others, {named}; whether people write "
        "so, too, only real texts could tell"
    )


def _times(word: MarkedWordRow, rank: int) -> str:
    often = "" if rank else " times as often"
    return f"{quoted(word.word)} ({number(word.times.value)}{often})"


def nothing_compared(row: WordGroupRow, fewest: int) -> str:
    """Say why no word of a group could be compared."""
    others = row.others_synthetic if row.alone else min(row.others_real, row.others_synthetic)
    own = row.synthetic if row.alone else min(row.real, row.synthetic)
    if own >= fewest > others:
        return f"{texts(row)} have too few others beside them to compare words with"
    if own < fewest:
        return f"{texts(row)} are too few to compare their words; it takes {fewest:,} on each side"
    return f"{texts(row)} have no word in common that enough of them hold"


def fine(row: WordGroupRow) -> str:
    """Say that no word became tied to a group, and of which it can be told."""
    what = "is tied to the group" if row.alone else "has become tied to the group"
    return (
        f"no word {what} beyond the limits; {texts(row)} tell of {many(row.telling, 'word')} that "
        f"{percent(row.rarest)} of the synthetic texts or more have, none of which can be tied "
        f"more than {number(row.reach_high)} times as strongly"
    )


def small(row: WordGroupRow) -> str:
    """Say that nothing was found in too few texts to find it."""
    return f"{_nothing(row)}, and {texts(row)} are too few to rule it out"


def open_still(row: WordGroupRow, ties: Sequence[WordTieRow]) -> str:
    """Say what is neither established nor ruled out."""
    text = (
        f"{_nothing(row)}, nor is it ruled out: {texts(row)} tell only of "
        f"{many(row.telling, 'word')} that {percent(row.rarest)} of the synthetic texts or more "
        f"have, one of which may be tied up to {number(row.reach_high)} times as strongly"
    )
    return f"{text}; the surest growth: {known_tie(ties[0])}" if ties else text


def _nothing(row: WordGroupRow) -> str:
    if row.alone:
        return f"none of {many(row.words_synthetic, 'word')} compared sets the group apart"
    return (
        f"none of {many(row.compared, 'word')} compared is established to have become tied to the "
        "group beyond the limits"
    )
