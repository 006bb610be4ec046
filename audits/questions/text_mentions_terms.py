"""Mentions: whose the pronouns and nouns are, and which terms a person should look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from audits.corpus.corpora import Corpora
from audits.corpus.lexicon import MENTIONED, PRONOUN, Term
from audits.corpus.mentions import Found
from audits.estimates import Estimate
from audits.formulas.ratio_of_totals import ratio_of_totals
from audits.formulas.shares import wilson
from audits.questions.text_mentions_rows import GenderedRow, TermRow

GENDER = ("gender", "gender" + MENTIONED)
BOTH = "pronouns and nouns"

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def gendered_rows(corpora: Corpora) -> tuple[GenderedRow, ...]:
    """Return, per gender mentioned, its part of the pronouns, of the nouns, and of both."""
    mentions = corpora.mentions
    if mentions is None:
        return ()
    genders = [i for i, group in enumerate(mentions.groups) if group[0][0] in GENDER]
    pronoun = np.array([term.kind == PRONOUN for term in mentions.lexicon.terms], dtype=bool)
    rows = []
    for said, chosen in (("pronouns", pronoun), ("nouns", ~pronoun), (BOTH, pronoun | True)):
        sides = [_Gendered(corpora, side, genders, chosen) for side in corpora.sides]
        for place, group in enumerate(genders):
            made, real = (side.of(place, corpora.settings.confidence) for side in sides)
            if made[0] or real[0]:
                rows.append(
                    GenderedRow(
                        mentions.groups[group], said, real[0], made[0], real[1], made[1], real[2],
                        made[2], real[3], made[3], corpora.alone, 0,
                    )
                )  # fmt: skip
    return tuple(replace(row, fewest=_fewest(rows, corpora)) for row in rows)


def _fewest(rows: Sequence[GenderedRow], corpora: Corpora) -> int:
    """Return the smallest number, above none, that follows from the counts of all rows."""
    numbers: list[int] = []
    for name, side in zip(("synthetic", "real"), corpora.sides, strict=True):
        whole = 0 if side is None else corpora.collections[side].documents
        most = {row.group: getattr(row, name) for row in rows if row.attribute == BOTH}
        for row in rows:
            texts, own = getattr(row, name), getattr(row, f"mentions_{name}")
            every = getattr(row, f"all_{name}")
            numbers += [texts, whole - texts, most[row.group] - texts, own, every - own]
            numbers.append(own - texts)
    return min((number for number in numbers if number > 0), default=0)


class _Gendered:
    """Mentions of each gender in each text of one collection; of none where there is none."""

    def __init__(self, corpora: Corpora, side: int | None, genders: Sequence[int], chosen: Bools):
        texts = 0 if side is None else corpora.collections[side].documents
        self.counts: Ints = np.zeros((texts, len(genders)), dtype=np.int64)
        if side is None or corpora.mentions is None:
            return
        found = corpora.mentions.found[side]
        column = np.full(len(corpora.mentions.groups), -1, dtype=np.int64)
        column[list(genders)] = np.arange(len(genders))
        keep = (column[found.group] >= 0) & chosen[found.term]
        np.add.at(self.counts, (found.document[keep], column[found.group[keep]]), 1)

    def of(self, place: int, confidence: float) -> tuple[int, int, int, Estimate]:
        """Texts and mentions of a gender, mentions of all, and its share of these."""
        own, every = self.counts[:, place], self.counts.sum(axis=1)
        counts = int((own > 0).sum()), int(own.sum()), int(every.sum())
        value, effective = ratio_of_totals(own, every)
        if not effective:
            return (*counts, Estimate.unknown())
        low, high = wilson(value * effective, effective, confidence=confidence)
        return (*counts, Estimate(value, float(low), float(high)))


def term_rows(corpora: Corpora) -> tuple[TermRow, ...]:
    """Return the ambiguous terms that occur, the most frequent first."""
    mentions = corpora.mentions
    if mentions is None:
        return ()
    kinds = mentions.lexicon.kinds
    sides = [None if side is None else mentions.found[side] for side in corpora.sides]
    rows = []
    for place, term in enumerate(mentions.lexicon.terms):
        made, real = (_seen(found, place) for found in sides)
        if kinds[term.kind].ambiguous and (made[0] or real[0]):
            rows.append(TermRow(_group(term), _written(term), *real, *made))
    return tuple(sorted(rows, key=_order))


def _written(term: Term) -> str:
    """A term as texts have it; of ages in numbers, one that stands for all."""
    return f"{term.text} and other ages" if term.kind == "age" else term.text


def _group(term: Term) -> tuple[tuple[str, str], ...]:
    return ((term.axis, term.group),)


def _seen(found: Found | None, term: int) -> tuple[int, int]:
    if found is None:
        return (0, 0)
    return int(found.candidates[term]), int(found.accepted[term])


def _order(row: TermRow) -> tuple[object, ...]:
    return (-(row.candidates_real + row.candidates_synthetic), row.group, row.term)
