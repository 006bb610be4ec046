"""Marked words: from measurements to findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from audits.formulas.grown_ties import GrownTies, tie_beyond_p
from audits.judging import Claims, judged
from audits.questions.headlines import BAD, Part, headline
from audits.questions.text_words_rows import MarkedWordRow, WordGroupRow, WordTieRow
from audits.questions.text_words_said import (
    accused,
    fine,
    known_tie,
    nothing_compared,
    open_still,
    set_apart,
    small,
)
from audits.results import Finding, Group, Row, Verdict, evidence_of
from audits.settings import Settings

Floats = NDArray[np.float64]
_CAP = 30  # texts up to which a group is never ok

_EVIDENCE = (
    "real", "synthetic", "compared", "grown", "marked_real", "marked_synthetic", "telling",
    "rarest", "reach", "reach_high",
)  # fmt: skip


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: the word whose tie grew most, or how far it can be told."""
    rows = [row for row in tables["groups"] if isinstance(row, WordGroupRow)]
    ties = [row for row in tables["grown"] if isinstance(row, WordTieRow)]
    told: dict[Group, list[tuple[Part, WordTieRow]]] = {row.group: [] for row in rows}
    for tie, part in zip(ties, _judged(ties, rows, settings), strict=True):
        told[tie.group].append((part, tie))
    marked: dict[Group, list[MarkedWordRow]] = {row.group: [] for row in rows}
    for row in tables["marked"]:
        if isinstance(row, MarkedWordRow) and row.side == "synthetic":
            marked[row.group].append(row)
    findings: list[Finding] = []
    for one in rows:
        whole = _whole(one, told[one.group], marked[one.group], settings)
        findings += headline("text_words", one.group, [whole], otherwise=partial(_same, whole))
    return findings


def _same(part: Part) -> Part:
    return part


# -- ties ------------------------------------------------------------------------------------------


def _judged(
    ties: Sequence[WordTieRow], rows: Sequence[WordGroupRow], settings: Settings
) -> list[Part]:
    """Judge the ties listed as members of the family of all that were compared.

    Those not listed have grown less surely than those that are, and count as showing nothing: this
    can only spare a word, never accuse one.
    """
    unlisted = sum(row.compared for row in rows) - len(ties)
    value, low, high = (
        np.log([getattr(tie.growth, end) for tie in ties]) for end in ("value", "low", "high")
    )
    sure = ~(np.array([tie.p_adjusted for tie in ties]) > settings.false_discovery_rate)
    p_of = _tests(ties)

    def exceeds(limits: Floats) -> Floats:
        return np.concatenate([np.where(sure, p_of(limits[: len(ties)]), 1.0), np.ones(unlisted)])

    def filled(values: Floats) -> Floats:
        return np.concatenate([values, np.zeros(unlisted)])

    total = len(ties) + unlisted
    claims = Claims(
        value=filled(value),
        low=filled(np.where(sure, np.maximum(low, 0), 0)),
        high=filled(high),
        watch=np.full(total, np.log(settings.marked_watch)),
        problem=np.full(total, np.log(settings.marked_problem)),
        capped=np.zeros(total, dtype=bool),
        exceeds=exceeds,
    )
    verdicts, flips = judged(claims, settings)
    limit = max(float(np.log(settings.marked_problem)), 1e-9)
    return [
        Part(tie.word, verdicts[i], known_tie(tie), flips[i], float(value[i] / limit))
        for i, tie in enumerate(ties)
    ]


def _tests(ties: Sequence[WordTieRow]) -> Callable[[Floats], Floats]:
    """Return what gives the p values of "the tie grew by at most this", as logarithms."""
    names = ("real_inside", "real_outside", "synthetic_inside", "synthetic_outside")
    counts = [np.array([getattr(tie, name) for tie in ties], dtype=np.int64) for name in names]
    due = np.array([tie.due for tie in ties])
    added = np.array([tie.kind == "added" for tie in ties], dtype=bool)
    grown = GrownTies.of(*(count[~added] for count in counts))

    def p_of(limits: Floats) -> Floats:
        p = np.empty(len(ties))
        beyond = limits + due
        p[added] = tie_beyond_p(counts[2][added], counts[3][added], beyond[added])
        p[~added] = grown.beyond_p(beyond[~added])
        return p

    return p_of


# -- groups ----------------------------------------------------------------------------------------


def _whole(
    row: WordGroupRow,
    told: Sequence[tuple[Part, WordTieRow]],
    marked: Sequence[MarkedWordRow],
    settings: Settings,
) -> Part:
    evidence = evidence_of(row, *_EVIDENCE)
    if row.words_synthetic == 0 or (row.compared == 0 and not row.alone):
        text = nothing_compared(row, settings.fewest_texts)
        return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, text, evidence=evidence)
    bad = [(part, tie) for part, tie in told if part.verdict in BAD]
    if bad:
        return _accused(row, bad)
    if row.alone and row.marked_synthetic:
        text = set_apart(row, marked)
        return Part(None, Verdict.NOT_ENOUGH_EVIDENCE, text, evidence=evidence)
    verdicts = [_quiet(row, settings, factor) for factor in (1.0, 0.8, 1.25)]
    flips = [
        f"'{moved.value}' if the limits were {said}"
        for said, moved in zip(("a fifth lower", "a quarter higher"), verdicts[1:], strict=True)
        if moved is not verdicts[0]
    ]
    if verdicts[0] is Verdict.OK:
        text = fine(row)
    elif _smallest(row) <= _CAP or row.telling == 0:
        text = small(row)
    else:
        text = open_still(row, [tie for _, tie in told])
    return Part(
        None, verdicts[0], text, "flips: " + "; ".join(flips) if flips else "stable",
        evidence=evidence,
    )  # fmt: skip


def _smallest(row: WordGroupRow) -> int:
    """Texts of the group on the side that has fewer."""
    return row.synthetic if row.alone else min(row.real, row.synthetic)


def _quiet(row: WordGroupRow, settings: Settings, factor: float) -> Verdict:
    """The verdict of a group none of whose words is bad, with the limits moved by a factor."""
    watch, problem = settings.marked_watch**factor, settings.marked_problem**factor
    tells = row.telling > 0 and row.rarest <= settings.marked_common and _smallest(row) > _CAP
    return (
        Verdict.OK
        if tells and row.reach < watch and row.reach_high < problem
        else Verdict.NOT_ENOUGH_EVIDENCE
    )


def _accused(row: WordGroupRow, bad: Sequence[tuple[Part, WordTieRow]]) -> Part:
    """Led by the worst verdict, and of equal ones by the surest growth."""
    order = sorted(bad, key=lambda one: (one[0].verdict.rank, one[1].rank))
    part, tie = order[0]
    evidence = evidence_of(row, *_EVIDENCE) | {
        "word": tie.word, "kind": tie.kind, "growth": tie.growth,
        "tie_real": tie.tie_real, "tie_synthetic": tie.tie_synthetic,
    }  # fmt: skip
    text = accused(row, part.text, [one for _, one in order])
    return Part(None, part.verdict, text, part.sensitivity, min(part.severity, 5.0), evidence)
