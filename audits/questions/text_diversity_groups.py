"""Likeness of texts: rows of every group, beside its real texts or other groups'."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from audits.corpus.collection import Int64
from audits.corpus.corpora import Corpora
from audits.estimates import Estimate
from audits.formulas.matched_draws import ratio_of_estimates
from audits.questions.text_diversity_alike import (
    Compared,
    Likeness,
    beside_others,
    chance_ratio,
    compared,
    embedded,
    likenesses,
    variety_lost,
    weighted,
)
from audits.questions.text_diversity_rows import TextLikenessRow, TextVarietyRow
from audits.questions.text_diversity_samples import Masks, Samples, samples
from audits.questions.text_diversity_variety import NOTHING, Matched, Value, matched, measured

Likenesses = tuple[TextLikenessRow, ...]
Variety = tuple[TextVarietyRow, ...]
_NAN = float("nan")
_MEASURED = 1  # features of a group of which further measures are taken: they take most of the time


@dataclass(frozen=True)
class _Asked:
    """Everything that rows are made from."""

    corpora: Corpora
    masks: Masks
    counts: tuple[Int64, ...]

    def rows(self, group: int) -> tuple[int, int]:
        """Return the real and the synthetic texts of a group."""
        made, real = self.corpora.sides
        return (0 if real is None else int(self.counts[real][group])), int(self.counts[made][group])

    def enough(self, side: int, group: int) -> bool:
        """Whether a group has enough texts in a collection."""
        return bool(self.counts[side][group] >= self.corpora.settings.fewest_texts)


def group_rows(corpora: Corpora) -> tuple[Likenesses, Variety]:
    """Return a row per group, and its rows of further measures."""
    sides = range(len(corpora.collections))
    asked = _Asked(
        corpora,
        tuple(corpora.masked(side) for side in sides),
        tuple(corpora.groups.counts(side) for side in sides),
    )
    families = _families(corpora)
    steps = len(families) + (0 if corpora.alone else len(corpora.groups.names))
    done = iter(range(1, steps + 1))

    def told() -> None:
        corpora.progress("text_diversity", next(done, steps) / max(steps, 1))

    beside = {
        group: row
        for family in families
        for group, row in _family(asked, family, told)
    }  # fmt: skip
    found = []
    for group in range(len(corpora.groups.names)):
        among, more = beside.get(group, (_without(asked, group), ()))
        found.append((among, more) if corpora.alone else _pair(asked, group, among, told))
    return tuple(row for row, _ in found), tuple(one for _, more in found for one in more)


def _families(corpora: Corpora) -> list[list[int]]:
    """Groups of the same features: what a group can be held beside."""
    found: dict[tuple[str, ...], list[int]] = {}
    for place, name in enumerate(corpora.groups.names):
        if name:
            found.setdefault(tuple(feature for feature, _ in name), []).append(place)
    return list(found.values())


def _without(asked: _Asked, group: int) -> TextLikenessRow:
    """A group of which no more than its size is known."""
    unknown = Estimate.unknown()
    return TextLikenessRow(
        asked.corpora.groups.names[group], *asked.rows(group), asked.corpora.alone, 0, 0, 0, 0, 0,
        unknown, unknown, unknown, _NAN, _NAN, _NAN, unknown, unknown, _NAN, unknown, unknown,
        unknown, unknown,
    )  # fmt: skip


# -- beside the group's real texts -----------------------------------------------------------------


def _pair(
    asked: _Asked, group: int, among: TextLikenessRow, told: Callable[[], None]
) -> tuple[TextLikenessRow, Variety]:
    """Compare a group's synthetic texts with its real ones; `among` has these beside others'."""
    made, real = asked.corpora.sides
    told()
    plain = replace(
        _without(asked, group), inherited=among.ratio, groups_beside=among.groups_beside
    )
    if real is None or not (asked.enough(made, group) and asked.enough(real, group)):
        return plain, ()
    name = asked.corpora.groups.names[group]
    wanted = [(side, name, asked.corpora.groups.members(side, group)) for side in (real, made)]
    both = samples(asked.corpora, asked.masks, "pair", wanted)
    plain = replace(plain, words=both.length, prompts=both.prompts, used_beside=both.parts[0].size,
                    used=both.parts[1].size)  # fmt: skip
    if min(part.size for part in both.parts) < asked.corpora.settings.fewest_texts:
        return plain, ()
    rows = weighted(both, masked=True)
    confidence = asked.corpora.settings.confidence
    theirs, own = likenesses(both, rows)
    found = compared(own, theirs, confidence)
    row = _filled(plain, own, theirs.estimate(confidence), found, confidence)
    row = replace(
        row,
        index=variety_lost(own, theirs, found.freedom, confidence),
        floor=chance_ratio(both, rows, name),
    )
    if both.identities.any():
        unmasked = likenesses(both, weighted(both, masked=False))
        row = replace(row, with_identities=compared(unmasked[1], unmasked[0], confidence).ratio)
    row = _with_embeddings(row, embedded(asked.corpora, both), confidence)
    if len(name) > _MEASURED:
        return row, ()
    return row, _variety(row, matched(both, [name, name]), lambda values: values[0], 1, confidence)


def _filled(
    row: TextLikenessRow, own: Likeness, beside: Estimate, found: Compared, confidence: float
) -> TextLikenessRow:
    return replace(
        row,
        similarity=own.estimate(confidence),
        beside=beside,
        ratio=found.ratio,
        log_ratio=found.log_ratio,
        error=found.error,
        freedom=found.freedom,
        with_identities=found.ratio,
    )


def _with_embeddings(
    row: TextLikenessRow, vectors: list[Likeness] | None, confidence: float
) -> TextLikenessRow:
    if vectors is None:
        return row
    theirs, own = vectors
    return replace(
        row,
        embedded=own.estimate(confidence),
        embedded_beside=theirs.estimate(confidence),
        embedded_index=variety_lost(own, theirs, row.freedom, confidence),
    )


# -- beside other groups ---------------------------------------------------------------------------


def _family(
    asked: _Asked, family: Sequence[int], told: Callable[[], None]
) -> Iterator[tuple[int, tuple[TextLikenessRow, Variety]]]:
    """Compare groups with each other: in the real texts, or where there are none, the others."""
    corpora = asked.corpora
    made, real = corpora.sides
    side = made if real is None else real
    told()
    there = [group for group in family if asked.enough(side, group)]
    if len(there) < 2:
        return
    names = [corpora.groups.names[group] for group in there]
    wanted = [
        (side, name, corpora.groups.members(side, group))
        for name, group in zip(names, there, strict=True)
    ]
    every = samples(corpora, asked.masks, "others", wanted)
    found = likenesses(every, weighted(every, masked=True))
    unmasked = found
    further: Matched | None = None
    if corpora.alone:
        if every.identities.any():
            unmasked = likenesses(every, weighted(every, masked=False))
        further = matched(every, names) if len(names[0]) <= _MEASURED else None
    values = measured(further) if further is not None else {}
    for place, group in enumerate(there):
        yield group, _among(asked, group, every, place, (found, unmasked), further, values)


def _among(
    asked: _Asked,
    group: int,
    every: Samples,
    place: int,
    found: tuple[list[Likeness], list[Likeness]],
    further: Matched | None,
    values: dict[str, list[Value]],
) -> tuple[TextLikenessRow, Variety]:
    """One group beside the others of its family."""
    settings = asked.corpora.settings
    masked, unmasked = found
    plain = replace(
        _without(asked, group), words=every.length, prompts=every.prompts,
        used=every.parts[place].size,
    )  # fmt: skip
    if every.parts[place].size < settings.fewest_texts:
        return plain, ()
    ratio, beside, others = beside_others(every, masked, place, settings.confidence)
    row = _filled(plain, masked[place], beside, ratio, settings.confidence)
    row = replace(
        row,
        groups_beside=others,
        used_beside=sum(part.size for k, part in enumerate(every.parts) if k != place),
        with_identities=beside_others(every, unmasked, place, settings.confidence)[0].ratio,
    )

    def mean_of_others(own: list[Value]) -> Value:
        rest = [one for k, one in enumerate(own) if k != place and one[0].known]
        if not rest:
            return NOTHING
        mean = float(np.mean([one[0].value for one in rest]))
        error = float(np.sqrt(sum(one[1] ** 2 for one in rest))) / len(rest)
        return Estimate(mean, mean - 1.96 * error, mean + 1.96 * error), error

    rows = _rows(row, further, values, mean_of_others, place, settings.confidence)
    return row, rows


# -- further measures ------------------------------------------------------------------------------


def _variety(
    row: TextLikenessRow,
    further: Matched | None,
    beside: Callable[[list[Value]], Value],
    place: int,
    confidence: float,
) -> Variety:
    values = measured(further) if further is not None else {}
    return _rows(row, further, values, beside, place, confidence)


def _rows(
    row: TextLikenessRow,
    further: Matched | None,
    values: dict[str, list[Value]],
    beside: Callable[[list[Value]], Value],
    place: int,
    confidence: float,
) -> Variety:
    if further is None:
        return ()
    freedom = float(min(part.size for part in further.samples.parts) - 1)
    rows = []
    for measure, of_samples in values.items():
        own, theirs = of_samples[place], beside(of_samples)
        ratio = ratio_of_estimates(
            own[0].value, own[1], theirs[0].value, theirs[1], df=freedom, confidence=confidence
        )
        counts = (row.real, row.synthetic, row.alone, further.texts, further.samples.length)
        rows.append(TextVarietyRow(row.group, measure, *counts, own[0], theirs[0], ratio))
    return tuple(rows)
