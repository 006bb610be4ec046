"""Quotas: from counts and limits to findings (decision 0058).

A number of rows is a fact of the table at hand. A share is held against its limit as one of the
generator, with its interval: a problem is one that surely misses it; one that misses it in this
table, though not surely, is watched.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audits.estimates import Estimate, number, percent
from audits.formulas.ratios import ratio_above_p, ratio_below_p
from audits.formulas.share_tests import share_below_p
from audits.judging import Claims, verdicts
from audits.questions.headlines import BAD, known
from audits.questions.quotas_rows import QuotaRow
from audits.questions.words import capital, estimate, share, synthetic_rows
from audits.results import Finding, Row, Verdict, evidence_of, group_name
from audits.settings import Settings

Floats = NDArray[np.float64]

_NEEDED = 3.0  # expected rows below which even zero would not be significant
_GRAVEST = 3.0  # severity of a group that is not there at all
_FIFTH = (("a fifth lower", 0.8), ("a quarter higher", 1.25))
_OF = {
    "share": " of the synthetic rows",
    "ratio": " times its real share",
    "representation": " times its share of the reference population",
}


@dataclass(frozen=True)
class _Said:
    verdict: Verdict
    text: str
    sensitivity: str = "stable"
    severity: float = 0.0


@dataclass(frozen=True)
class _Claim:
    """A share of a group, or a ratio of it, and what it must be at least or (`most`) at most."""

    row: QuotaRow
    what: str
    most: bool
    limit: float

    @property
    def sign(self) -> float:
        """1 where more is worse, -1 where less is."""
        return 1.0 if self.most else -1.0

    @property
    def estimate(self) -> Estimate:
        """What is held against the limit; unknown where nobody real has a share."""
        if self.what == "ratio" and not self.row.people:
            return Estimate.unknown()
        found: Estimate = getattr(self.row, self.what)
        return found

    @property
    def base(self) -> float:
        """The share that a ratio is a multiple of; 1 for a share."""
        row = self.row
        if self.what == "ratio":
            return row.linearised / row.real_total if row.people else 0.0
        return (row.reference_share or 0.0) if self.what == "representation" else 1.0

    @property
    def testable(self) -> bool:
        """Whether a miss could show at all, by what does not depend on the outcome."""
        enough = self.limit * self.base * self.row.of >= _NEEDED
        return self.estimate.known and (self.most or enough)

    @property
    def absent(self) -> bool:
        """Whether rows are asked for and there is none."""
        return not self.most and self.row.there == 0


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per quota; all shares and ratios are one family of tests."""
    rows = [row for row in tables["quotas"] if isinstance(row, QuotaRow)]
    claims = [(i, claim) for i, row in enumerate(rows) for claim in _claims(row)]
    said = [_said_rows(row) for row in rows]
    judged = _judged([claim for _, claim in claims], settings)
    for (i, _), one in zip(claims, judged, strict=True):
        said[i].append(one)
    return [_finding(row, parts) for row, parts in zip(rows, said, strict=True)]


def _finding(row: QuotaRow, said: Sequence[_Said]) -> Finding:
    bad = sorted(
        (one for one in said if one.verdict in BAD), key=lambda s: (s.verdict.rank, -s.severity)
    )
    lead = min(said, key=lambda one: (one.verdict.rank, -one.severity))
    told = bad or [one for one in said if one.verdict is lead.verdict]
    texts = [_counted(row), *(one.text for one in told)]
    evidence = {name: value for name, value in evidence_of(row).items() if value is not None}
    return Finding(
        "quotas", row.group, None, lead.verdict,
        capital(f"{group_name(row.group)}: {'; '.join(texts)}."),
        {name: value for name, value in known(evidence).items() if value is not None},
        lead.sensitivity, lead.severity,
    )  # fmt: skip


def _counted(row: QuotaRow) -> str:
    if not row.group:
        return synthetic_rows(row.there)
    if row.there:
        return f"{row.there:,} of {synthetic_rows(row.of)}"
    asked = row.rows_at_least is not None or any(not claim.most for claim in _claims(row))
    return f"{'absent, ' if asked else ''}none of {synthetic_rows(row.of)}"


def _flips(verdict_at: Callable[[float], Verdict]) -> str:
    """Say whether a verdict would flip if the limits moved by a fifth or a quarter."""
    now = verdict_at(1.0)
    moved = {said: verdict_at(factor) for said, factor in _FIFTH}
    flips = [f"'{to.value}' if the limits were {said}" for said, to in moved.items() if to != now]
    return "flips: " + "; ".join(flips) if flips else "stable"


def _severity(value: float, limit: float) -> float:
    """How far a value misses its limit, in factors of e, up to that of a group that is absent."""
    if value <= 0 or limit <= 0:
        return _GRAVEST
    return min(abs(math.log(value / limit)), _GRAVEST)


# -- rows: facts of the table ----------------------------------------------------------------------


def _said_rows(row: QuotaRow) -> list[_Said]:
    """Whether the table has as many rows as were asked for; nothing where none were."""
    least, most = row.rows_at_least, row.rows_at_most
    if least is None and most is None:
        return []

    def verdict_at(factor: float) -> Verdict:
        few = least is not None and row.there < least * factor
        many = most is not None and row.there > most * factor
        return Verdict.PROBLEM if few or many else Verdict.OK

    if least is not None and row.there < least:
        text = f"at least {_are(least)} asked for, {least - row.there:,} more"
        return [_Said(Verdict.PROBLEM, text, _flips(verdict_at), _severity(row.there, least))]
    if most is not None and row.there > most:
        text = f"at most {_are(most)} allowed, {row.there - most:,} fewer"
        return [_Said(Verdict.PROBLEM, text, _flips(verdict_at), _severity(row.there, most))]
    ends = [] if least is None else [f"at least {_are(least)} asked for"]
    ends += [] if most is None else [f"at most {_are(most)} allowed"]
    return [_Said(Verdict.OK, " and ".join(ends), _flips(verdict_at))]


def _are(count: int) -> str:
    return "1 is" if count == 1 else f"{count:,} are"


# -- shares: claims about the generator ------------------------------------------------------------


def _claims(row: QuotaRow) -> list[_Claim]:
    found = []
    for what in _OF:
        for end in ("at_least", "at_most"):
            limit = getattr(row, f"{what}_{end}")
            if limit is not None:
                found.append(_Claim(row, what, end == "at_most", limit))
    return found


def _judged(claims: Sequence[_Claim], settings: Settings) -> list[_Said]:
    """Judge the family, here and with its limits moved."""
    if not claims:
        return []
    at = {factor: _verdicts(claims, settings, factor) for factor in (1.0, 0.8, 1.25)}

    def verdict_of(i: int) -> Callable[[float], Verdict]:
        return lambda factor: at[factor][i]

    return [_said(claim, at[1.0][i], _flips(verdict_of(i))) for i, claim in enumerate(claims)]


def _verdicts(claims: Sequence[_Claim], settings: Settings, factor: float) -> list[Verdict]:
    """A verdict for each: what this table misses is watched at the least, absence a problem."""
    sign = np.array([claim.sign for claim in claims])
    limit = sign * np.array([claim.limit for claim in claims]) * factor
    value, low, high = (
        sign * np.array([getattr(claim.estimate, end) for claim in claims])
        for end in ("value", "low", "high")
    )
    family = Claims(
        value=value,
        low=np.minimum(low, high),
        high=np.maximum(low, high),
        watch=limit,
        problem=limit,
        capped=np.zeros(len(claims), dtype=bool),
        exceeds=lambda limits: _p(claims, sign * limits),
    )
    found = []
    for i, verdict in enumerate(verdicts(family, settings)):
        missed = verdict is Verdict.NOT_ENOUGH_EVIDENCE and value[i] > limit[i]
        found.append(Verdict.WATCH if missed else verdict)
        if claims[i].absent:
            found[-1] = Verdict.PROBLEM
    return found


def _p(claims: Sequence[_Claim], limits: Floats) -> Floats:
    """One-sided p values of "the limit is kept"; nan where a miss could not show."""
    p = np.full(len(claims), np.nan)
    for most in (False, True):
        for ratio in (False, True):
            chosen = [
                i
                for i, claim in enumerate(claims)
                if claim.testable and claim.most is most and (claim.what == "ratio") is ratio
            ]
            if chosen:
                part = [claims[i] for i in chosen]
                tested = _ratio_p if ratio else _share_p
                p[chosen] = tested(part, limits[chosen], most=most)
    return p


def _share_p(claims: Sequence[_Claim], limits: Floats, *, most: bool) -> Floats:
    there, of = (np.array([getattr(c.row, name) for c in claims]) for name in ("there", "of"))
    asked = np.clip(limits * np.array([claim.base for claim in claims]), 0.0, 1.0)
    if most:  # too many of the group are too few of the others
        return np.asarray(share_below_p(of - there, of, 1 - asked))
    return np.asarray(share_below_p(there, of, asked))


def _ratio_p(claims: Sequence[_Claim], limits: Floats, *, most: bool) -> Floats:
    there, of, behind, total = (
        np.array([float(getattr(c.row, name)) for c in claims])
        for name in ("there", "of", "linearised", "real_total")
    )
    tested = ratio_above_p if most else ratio_below_p
    return np.asarray(tested(there, of, behind, total, ratio=limits))


def _said(claim: _Claim, verdict: Verdict, flips: str) -> _Said:
    if not claim.estimate.known:
        text = _NOTHING_TO_HOLD_AGAINST[claim.what]
        return _Said(verdict, text, flips, _GRAVEST if claim.absent else 0.0)
    value = claim.estimate
    written = share(value) if claim.what == "share" else estimate(value)
    limit = percent(claim.limit) if claim.what == "share" else number(claim.limit)
    asked = _TEXTS[claim.most, verdict].format(limit=limit)
    severity = _severity(value.value, claim.limit) if verdict in BAD else 0.0
    return _Said(verdict, f"its share is {written}{_OF[claim.what]}, {asked}", flips, severity)


_NOTHING_TO_HOLD_AGAINST = {
    "share": "there are no rows to have a share of",
    "ratio": "nobody of it is in the real data, so that it has no real share",
    "representation": "no reference population says what its share should be",
}
_TEXTS = {
    (False, Verdict.PROBLEM): "below the {limit} asked for",
    (False, Verdict.WATCH): "below the {limit} asked for, though not surely",
    (False, Verdict.NOT_ENOUGH_EVIDENCE): "not surely the {limit} asked for",
    (False, Verdict.OK): "surely at least the {limit} asked for",
    (True, Verdict.PROBLEM): "above the {limit} allowed",
    (True, Verdict.WATCH): "above the {limit} allowed, though not surely",
    (True, Verdict.NOT_ENOUGH_EVIDENCE): "not surely within the {limit} allowed",
    (True, Verdict.OK): "surely within the {limit} allowed",
}
