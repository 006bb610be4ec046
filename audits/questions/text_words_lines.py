"""Marked words: rows of what was counted and compared."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from audits.corpus.corpora import Corpora
from audits.estimates import Estimate
from audits.formulas.ties import Interval
from audits.questions.text_words_change import Growth, reach, surely
from audits.questions.text_words_counts import Compared, Counted
from audits.questions.text_words_groups import Bools, Ints
from audits.questions.text_words_marks import Marks, tested_words
from audits.questions.text_words_rows import MarkedWordRow, WordGroupRow, WordTieRow
from audits.results import Group

_MORE = 5  # times as many ties have their limits computed as are listed


@dataclass(frozen=True)
class Side:
    """What one collection shows: counts of some groups, and what marks the words of all."""

    name: str
    counted: Counted
    marks: Marks
    beyond: Bools
    fewest: Mapping[tuple[str, ...], Ints]

    def fewest_of(self, name: Group, word: int) -> int:
        """Return the smallest number of texts that hold or lack a word in groups like this."""
        return int(self.fewest[tuple(feature for feature, _ in name)][word])


@dataclass(frozen=True)
class Found:
    """What was counted and compared of some groups, by their `places`, all groups being `words`'.

    Without real texts there is only the synthetic side. What is asked of a group goes by its place
    among these.
    """

    corpora: Corpora
    words: Compared
    places: Ints
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

    @property
    def groups(self) -> range:
        """Places of the groups among these."""
        return range(len(self.places))

    def name(self, group: int) -> Group:
        """Return the name of a group."""
        return self.words.names[self.places[group]]

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
        for group in found.groups:
            for rank, line in enumerate(_surest(found, side, group)[:most], start=1):
                rows.append(_marked(found, side, group, int(line), rank))
    return tuple(sorted(rows, key=lambda row: (row.group, row.side != "synthetic", row.rank)))


def _surest(found: Found, side: Side, group: int) -> Ints:
    """Lines of words that set a group apart beyond chance, the surest first."""
    lines = side.marks.among(int(found.places[group]), side.beyond)
    return lines[np.argsort(-side.marks.score[lines].round(9), kind="stable")]


def _marked(found: Found, side: Side, group: int, line: int, rank: int) -> MarkedWordRow:
    counted, marks, name = side.counted, side.marks, found.name(group)
    word = int(marks.words[line])
    value, error = float(marks.odds.value[line]), float(marks.odds.error[line])
    wide = float(ndtri((1 + found.corpora.settings.confidence) / 2)) * error
    log_odds = Estimate(value, value - wide, value + wide)
    inside, outside = int(counted.inside[group, word]), int(counted.outside[group, word])
    own = found.texts(group)
    return MarkedWordRow(
        name,
        real=own[0],
        synthetic=own[1],
        side=side.name,
        rank=rank,
        word=found.word(word),
        identity=bool(found.words.identity[word]),
        inside=inside,
        outside=outside,
        share_inside=_share(inside, counted.members[group]),
        share_outside=_share(outside, counted.others[group]),
        log_odds=log_odds,
        times=_exponential(log_odds),
        z=float(marks.odds.z[line]),
        score=float(marks.score[line]),
        p_adjusted=float(marks.p_adjusted[line]),
        marked=_is_marked(found, side, line),
        fewest=side.fewest_of(name, word),
    )


def _is_marked(found: Found, side: Side, line: int) -> bool:
    """By the p value adjusted for words and groups, too, where the method has one."""
    q = 1 - found.corpora.settings.confidence
    return bool(side.beyond[line] and not side.marks.p_adjusted[line] > q)


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
    for group in found.groups:
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
    for group in found.groups:
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
    line = marks.line(int(found.places[group]), word)
    own, name = found.texts(group), found.name(group)
    return WordTieRow(
        name,
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
        score=float(marks.score[line]),
        p_adjusted=float(marks.p_adjusted[line]),
        fewest=min(side.fewest_of(name, word) for side in found.sides),
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
    listed = Counter(row.group for row in ties)
    names = [found.name(group) for group in found.groups]
    return tuple(
        _group(found, group, first.get(name), lead.get(name), listed[name])
        for group, name in enumerate(names)
    )


def _group(
    found: Found, group: int, first: MarkedWordRow | None, lead: WordTieRow | None, listed: int
) -> WordGroupRow:
    own, settings, grown = found.texts(group), found.corpora.settings, found.growth
    words, marked, others = (_of_sides(found, group, one) for one in (_tested, _counted, _others))
    tail = (1 - settings.confidence) / 2
    limits = [side.marks.threshold[found.places[group]] for side in found.sides]
    telling, rarest, most, high = _reached(found, group)
    return WordGroupRow(
        found.name(group),
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


def _tested(found: Found, side: Side, group: int) -> int:
    return int(tested_words(side.counted, found.corpora.settings)[group].sum())


def _counted(found: Found, side: Side, group: int) -> int:
    lines = side.marks.among(int(found.places[group]), side.beyond)
    return sum(_is_marked(found, side, int(line)) for line in lines)


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
