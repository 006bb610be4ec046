"""Likeness of texts: what is said of a group, in whole clauses."""

from __future__ import annotations

from audits.estimates import Estimate, many, number
from audits.questions.text_diversity_rows import TextLikenessRow
from audits.questions.words import estimate
from audits.settings import Settings


def the_ratio(row: TextLikenessRow) -> str:
    """Say how alike two texts are, beside what they are held against."""
    beside = "two real ones"
    if row.alone:
        others = row.groups_beside
        beside = "two of the other group" if others == 1 else f"two of another (mean of {others:,})"
    said = (
        f"two synthetic texts are {estimate(row.ratio)} times as alike as {beside} (mean "
        f"similarity {number(row.similarity.value)} and {number(row.beside.value)})"
    )
    return f"more varied: {said}" if row.ratio.high < 1 else said


def resting(row: TextLikenessRow) -> str:
    """Name the texts that a statement rests on."""
    words = f"the first {many(row.words, 'word')} of "
    if row.alone:
        texts = f"{many(row.used, 'text')} and {row.used_beside:,} others"
    else:
        texts = f"{many(row.used_beside, 'real text')} and {many(row.used, 'synthetic text')}"
    within = f", within {many(row.prompts, 'prompt')}" if row.prompts else ""
    return f"{words}{texts}{within}"


def more_alike(row: TextLikenessRow) -> str:
    """Say that texts are more alike, whether it was added, and what chance would do."""
    text = f"{the_ratio(row)}, in {resting(row)}"
    if row.alone:
        return f"{text}; whether people write so, too, only real texts could tell"
    if row.floor == row.floor:
        text += f"; chance alone makes it {number(row.floor)} between samples of the real texts"
    return text + blame(row.inherited)


def blame(inherited: Estimate) -> str:
    """Say how alike the real texts already were.

    >>> blame(Estimate(1.2, 1.1, 1.3))
    "; its real texts were already 1.20 (1.10 to 1.30) times as alike as other groups'"
    """
    if not inherited.known:
        return ""
    if inherited.low > 1:
        return (
            f"; its real texts were already {estimate(inherited)} times as alike as other groups'"
        )
    return "; its real texts were not surely more alike than other groups', so that it was added"


def not_known(row: TextLikenessRow, settings: Settings) -> str:
    """Say why nothing can be said."""
    if row.alone and not row.group:
        return (
            f"{many(row.synthetic, 'synthetic text')} have no real ones to be held against, and "
            "are not one group among others"
        )
    synthetic = many(row.synthetic, "synthetic text")
    texts = synthetic if row.alone else f"{many(row.real, 'real text')} and {synthetic}"
    fewest = settings.fewest_texts
    if min(row.synthetic, row.synthetic if row.alone else row.real) < fewest:
        where = "" if row.alone else " on each side"
        return f"{texts} are too few to say how alike they sound; it takes {fewest:,}{where}"
    if row.alone and (not row.words or (row.used >= fewest and not row.groups_beside)):
        return f"{texts} have no other group of enough texts to be held against"
    if min(row.used, row.used if row.alone else row.used_beside) < fewest:
        return (
            f"{texts} have too few among them of {many(settings.shortest_text, 'word')} or more to "
            "say how alike they sound"
        )
    return f"{texts} have too few words in common to say how much more alike they sound"
