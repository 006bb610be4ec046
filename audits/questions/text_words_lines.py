"""Marked words: rows of what was counted and compared."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from audits.corpus.corpora import Corpora
from audits.estimates import Estimate
from audits.formulas.ties import Interval
from audits.questions.text_words_change import Growth, reach, surely
from audits.questions.text_words_counts import Compared, Counted
from audits.questions.text_words_groups import Bools, Ints
from audits.questions.text_words_marks import Marks
from audits.questions.text_words_rows import MarkedWordRow, WordGroupRow, WordTieRow
from audits.results import Group

_MORE = 5  # times as many ties have their limits computed as are listed


@dataclass(frozen=True)
class Side:
    """What one collection shows."""

    name: str
    counted: Counted
    marks: Marks
    fewest: Ints


@dataclass(frozen=True)
class Found:
    """Everything that was counted and compared; without real texts, only the synthetic side."""

    corpora: Corpora
    words: Compared
    sides: tuple[Side, ...]
    growth: Growth

    @property
    def synthetic(self) -> Side:
        """The synthetic side."""
        return self.sides[-1]

    @property
    def real(self) -> Side | None:
        """The real side, where there is one."""
        return self.sides[0] if len(self.sides) > 1 else None

    def word(self, place: int) -> str:
        """Return a word by its place among those compared."""
        return str(self.corpora.vocabulary.words[self.words.kept[place]])

    def texts(self, group: int) -> tuple[int, int]:
        """Return the real and the synthetic texts of a group."""
        real = 0 if self.real is None else int(self.real.counted.members[group])
        return real, int(self.synthetic.counted.members[group])


# -- words that set a group apart ------------------------------------------------------------------


def marked_rows(found: Found) -> tuple[MarkedWordRow, ...]:
    """Return the surest marked words of every group, in every collection."""
    most = found.corpora.settings.marked_listed
    rows = []
    for side in found.sides:
        for group in range(found.words.groups):
            for rank, word in enumerate(_surest(side.marks, group)[:most], start=1):
                rows.append(_marked(found, side, group, int(word), rank))
    return tuple(sorted(rows, key=lambda row: (row.group, row.side != "synthetic", row.rank)))


def _surest(marks: Marks, group: int) -> Ints:
    """Words that set a group apart beyond chance, the surest first."""
    places = np.flatnonzero(marks.beyond[group])
    return places[np.argsort(-marks.odds.z[group, places], kind="stable")]


def _marked(found: Found, side: Side, group: int, word: int, rank: int) -> MarkedWordRow:
    counted, odds = side.counted, side.marks.odds
    value, error = float(odds.value[group, word]), float(odds.error[group, word])
    wide = float(ndtri((1 + found.corpora.settings.confidence) / 2)) * error
    log_odds = Estimate(value, value - wide, value + wide)
    inside, outside = int(counted.inside[group, word]), int(counted.outside[group, word])
    return MarkedWordRow(
        found.words.names[group],
        *found.texts(group),
        side.name,
        rank,
        found.word(word),
        bool(found.words.identity[word]),
        inside,
        outside,
        _share(inside, counted.members[group]),
        _share(outside, counted.others[group]),
        log_odds,
        _exponential(log_odds),
        float(odds.z[group, word]),
        float(side.marks.p_adjusted[group, word]),
        bool(_is_marked(found, side)[group, word]),
        int(side.fewest[group, word]),
    )


def _is_marked(found: Found, side: Side) -> Bools:
    """By the p value adjusted for words and groups, too, where the method has one."""
    q = 1 - found.corpora.settings.confidence
    return np.asarray(side.marks.beyond & ~(side.marks.p_adjusted > q))


# -- words whose tie grew --------------------------------------------------------------------------


def tie_rows(found: Found) -> tuple[WordTieRow, ...]:
    """Return the words of every group whose tie surely grew most."""
    if found.real is None:
        return ()
    real, synthetic = found.real.counted, found.synthetic.counted
    places = _candidates(found)
    settings = found.corpora.settings
    low = surely(found.growth, real, synthetic, places, settings.confidence)
    rows: list[WordTieRow] = []
    for group in range(found.words.groups):
        own = np.flatnonzero((places[0] == group) & np.isfinite(low))
        order = own[np.argsort(-low[own].round(9), kind="stable")][: settings.marked_listed]
        rows += [
            _tie(found, group, int(places[1][one]), rank, float(low[one]))
            for rank, one in enumerate(order, start=1)
        ]
    return tuple(sorted(rows, key=lambda row: (row.group, row.rank)))


def _candidates(found: Found) -> tuple[Ints, Ints]:
    """Groups and words of ties that may be listed: several times as many as are, the surest."""
    grown = found.growth
    most = _MORE * found.corpora.settings.marked_listed
    groups, words = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for group in range(found.words.groups):
        places = np.flatnonzero(grown.accusable[group] & (grown.growth.value[group] > 0))
        order = np.lexsort((-grown.growth.value[group, places], grown.p[group, places]))
        words.append(places[order[:most]])
        groups.append(np.full(len(words[-1]), group))
    return np.concatenate(groups), np.concatenate(words)


def _tie(found: Found, group: int, word: int, rank: int, low: float) -> WordTieRow:
    assert found.real is not None
    grown = found.growth
    real, synthetic = found.real.counted, found.synthetic.counted
    counts = [
        int(count[group, word])
        for side in (real, synthetic)
        for count in (side.inside, side.outside)
    ]
    sizes = [count[group] for side in (real, synthetic) for count in (side.members, side.others)]
    shares = [_share(count, size) for count, size in zip(counts, sizes, strict=True)]
    added = bool(grown.added[group, word])
    value = max(float(grown.growth.value[group, word]), low)
    growth = Estimate(value, low, max(float(grown.growth.high[group, word]), value))
    marks = found.synthetic.marks
    own = found.texts(group)
    return WordTieRow(
        found.words.names[group],
        real=own[0],
        synthetic=own[1],
        word=found.word(word),
        kind="added" if added else "strengthened",
        rank=rank,
        real_inside=counts[0],
        real_outside=counts[1],
        synthetic_inside=counts[2],
        synthetic_outside=counts[3],
        share_real=shares[0],
        elsewhere_real=shares[1],
        share_synthetic=shares[2],
        elsewhere_synthetic=shares[3],
        tie_real=Estimate.unknown() if added else _ratio(grown.real, group, word),
        tie_synthetic=_ratio(grown.synthetic, group, word),
        growth=_exponential(growth),
        due=float(grown.due[group, word]),
        z=float(marks.odds.z[group, word]),
        p_adjusted=float(marks.p_adjusted[group, word]),
        fewest=min(int(side.fewest[group, word]) for side in found.sides),
    )


# -- groups ----------------------------------------------------------------------------------------


def group_rows(
    found: Found, marked: tuple[MarkedWordRow, ...], ties: tuple[WordTieRow, ...]
) -> tuple[WordGroupRow, ...]:
    """Return a row per group, with what leads its lists."""
    first: dict[Group, MarkedWordRow] = {}
    for row in marked:
        if row.side == "synthetic" and row.marked and not row.identity:
            first.setdefault(row.group, row)
    lead = {row.group: row for row in ties if row.rank == 1}
    listed = {name: sum(row.group == name for row in ties) for name in found.words.names}
    return tuple(
        _group(found, group, first.get(name), lead.get(name), listed[name])
        for group, name in enumerate(found.words.names)
    )


def _group(
    found: Found, group: int, first: MarkedWordRow | None, lead: WordTieRow | None, listed: int
) -> WordGroupRow:
    own, settings, grown = found.texts(group), found.corpora.settings, found.growth
    words, marked, others = (_of_sides(found, group, one) for one in (_tested, _counted, _others))
    tail = (1 - settings.confidence) / 2
    limits = [side.marks.threshold[group] for side in found.sides]
    telling, rarest, most, high = _reached(found, group)
    return WordGroupRow(
        found.words.names[group],
        real=own[0],
        synthetic=own[1],
        others_real=others[0],
        others_synthetic=others[1],
        alone=found.real is None,
        words_real=words[0],
        words_synthetic=words[1],
        marked_real=marked[0],
        marked_synthetic=marked[1],
        threshold_real=math.nan if found.real is None else float(limits[0]),
        threshold_synthetic=float(limits[-1]),
        shufflings=max(side.marks.shufflings for side in found.sides),
        first=None if first is None else first.word,
        first_times=Estimate.unknown() if first is None else first.times,
        first_inside=0 if first is None else first.inside,
        first_fewest=0 if first is None else first.fewest,
        compared=0 if found.real is None else int(grown.compared[group].sum()),
        grown=int((grown.p[group] <= tail).sum()),
        listed=listed,
        word=None if lead is None else lead.word,
        kind="" if lead is None else lead.kind,
        growth=Estimate.unknown() if lead is None else lead.growth,
        word_inside=0 if lead is None else lead.synthetic_inside,
        word_fewest=0 if lead is None else lead.fewest,
        telling=telling,
        rarest=rarest,
        reach=most,
        reach_high=high,
    )


def _of_sides(
    found: Found, group: int, count: Callable[[Found, Side, int], int]
) -> tuple[int, int]:
    """A number of the real side, 0 where there is none, and of the synthetic one."""
    real = 0 if found.real is None else count(found, found.real, group)
    return real, count(found, found.synthetic, group)


def _tested(_found: Found, side: Side, group: int) -> int:
    return int(side.marks.tested[group].sum())


def _counted(found: Found, side: Side, group: int) -> int:
    return int(_is_marked(found, side)[group].sum())


def _others(_found: Found, side: Side, group: int) -> int:
    return int(side.counted.others[group])


def _reached(found: Found, group: int) -> tuple[int, float, float, float]:
    """How many words tell, the rarest share of texts among them, and how far they reach."""
    grown = found.growth
    count = int(grown.telling[group].sum())
    if not count:
        return 0, math.nan, math.nan, math.nan
    counted = found.synthetic.counted
    held = (counted.inside + counted.outside)[group, grown.telling[group]]
    rarest = float(held.min() / (counted.members + counted.others)[group])
    value, high = reach(grown)
    return count, rarest, float(value[group]), float(high[group])


# -- small -----------------------------------------------------------------------------------------


def _share(count: int, of: float) -> float:
    return float(count / of) if of else math.nan


def _ratio(part: Interval, group: int, word: int) -> Estimate:
    value, low, high = (float(one[group, word]) for one in (part.value, part.low, part.high))
    return _exponential(Estimate(value, low, high))


def _exponential(value: Estimate) -> Estimate:
    if not value.known:
        return value
    with np.errstate(over="ignore"):
        return Estimate(*(float(np.exp(end)) for end in (value.value, value.low, value.high)))
