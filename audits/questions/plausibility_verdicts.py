"""Plausibility: from measurements to findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.estimates import Estimate, percent
from audits.formulas.excess import excess_p
from audits.judging import Claims, adjusted, doubt, judged, limits
from audits.questions.headlines import BAD, Part, headline
from audits.questions.plausibility_rows import KindRow, PlausibilityRow, RuleRow
from audits.questions.words import people, real_people, share, synthetic_rows
from audits.results import Finding, Row, Verdict, evidence_of
from audits.settings import Settings

_FEWEST = 20  # real people below whom unseen pairs are not judged
_FEWEST_SYNTHETIC = 10
_SAID = {
    "forbidden": "values that no real person has together",
    "rule": "rules that all real people keep",
    "range": "numbers out of the real range",
    "outlier": "people far from every real one",
}
_COUNTS = ("flagged", "synthetic_used", "fresh_flagged", "fresh_used")
Floats = NDArray[np.float64]


def judge(tables: dict[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: rows that break rules, unseen pairs, and whom a filter would hit."""
    rows = [row for row in tables["groups"] if isinstance(row, PlausibilityRow)]
    kinds = [row for row in tables.get("kinds", ()) if isinstance(row, KindRow)]
    rules = [row for row in tables.get("rules", ()) if isinstance(row, RuleRow)]
    flagged = _flagged(rows, kinds, rules, settings)
    unseen, removed = _unseen(rows, settings), _removed(rows, settings)
    given = _given(kinds, settings)
    findings: list[Finding] = []
    for i, row in enumerate(rows):
        others = [part for part in (unseen[i], removed[i]) if part.verdict in BAD]
        parts = _with_rules([flagged[i], *others], given.get(row.group, []))
        findings += headline("plausibility", row.group, parts, otherwise=_first(parts))
    return findings


def _with_rules(parts: Sequence[Part], given: Sequence[Part]) -> list[Part]:
    """Put down the counts of every given rule that is said, whatever leads the finding."""
    counts = {
        part.evidence["rule"]: {name: part.evidence[name] for name in _COUNTS} for part in given
    }
    if not counts:
        return list(parts)
    return [replace(part, evidence={**part.evidence, "given": counts}) for part in (*parts, *given)]


def _first(parts: Sequence[Part]) -> Callable[[], Part]:
    """What leads where nothing is bad: doubt before approval, rows flagged before given rules."""
    return lambda: min(parts, key=lambda part: part.verdict.rank)


def _claims(
    counts: tuple[Floats, ...],
    excess: Sequence[Estimate],
    bounds: tuple[float, float],
    capped: NDArray[np.bool_],
) -> Claims:
    """Shares beyond those of fresh people, as a family; counts are x of m and y of n."""
    x, m, y, n = counts
    return Claims(
        value=np.array([each.value for each in excess]),
        low=np.array([each.low for each in excess]),
        high=np.array([each.high for each in excess]),
        watch=limits(bounds[0], len(excess)),
        problem=limits(bounds[1], len(excess)),
        capped=capped,
        exceeds=lambda limit: np.asarray(excess_p(x, m, y, n, excess=np.minimum(limit, 1.0))),
    )


def _column(rows: Sequence[Row], name: str) -> Floats:
    return np.array([float(getattr(row, name)) for row in rows])


def _scaled(fresh: Floats, used: Floats, effective: Floats) -> Floats:
    return np.asarray(np.where(used > 0, fresh / np.maximum(used, 1) * effective, 0.0))


def _flagged(
    rows: list[PlausibilityRow],
    kinds: list[KindRow],
    rules: list[RuleRow],
    settings: Settings,
) -> list[Part]:
    """Rows that break what holds of the real people."""
    used, worth = _column(rows, "fresh_used"), _column(rows, "effective")
    expected = _scaled(_column(rows, "fresh_flagged"), used, worth)
    claims = _claims(
        (_column(rows, "flagged"), _column(rows, "synthetic_used"), expected, worth),
        [row.excess for row in rows],
        (settings.implausible_watch, settings.implausible_problem),
        _column(rows, "real") <= settings.support_problem,
    )
    found, flips = judged(claims, settings)
    clauses = doubt(claims, found, settings)
    parts = []
    for i, row in enumerate(rows):
        mainly = _mainly(row, kinds, rules) if found[i] in BAD else ""
        verdict, text = _said(row, found[i], mainly + clauses[i])
        severity = (
            max(row.excess.low, 0.0) / settings.implausible_problem if row.excess.known else 0.0
        )
        parts.append(Part(None, verdict, text, flips[i], min(severity, 5.0), _evidence(row)))
    return parts


def _evidence(row: PlausibilityRow) -> dict[str, Any]:
    return evidence_of(
        row, "real", "synthetic", "synthetic_used", "fresh_used", "fresh_source", "flagged",
        "fresh_flagged", "observed", "expected", "excess", "p", "broken", "rules",
        "unseen_observed", "unseen_expected", "unseen_excess", "real_rate", "real_rate_pooled",
        "within", "outliers",
    )  # fmt: skip


def _said(row: PlausibilityRow, verdict: Verdict, clause: str) -> tuple[Verdict, str]:
    if row.synthetic == 0:
        said = f"no synthetic row, so none that could not exist among {real_people(row.real)}"
        return Verdict.NOT_ENOUGH_EVIDENCE, f"{said}; see coverage"
    if row.real == 0:
        said = f"{synthetic_rows(row.synthetic)} and no real person to hold them against"
        return Verdict.NOT_ENOUGH_EVIDENCE, f"{said}; see coverage"
    if row.synthetic < _FEWEST_SYNTHETIC:
        said = f"only {synthetic_rows(row.synthetic)} beside {real_people(row.real)}"
        return Verdict.NOT_ENOUGH_EVIDENCE, said
    text = (
        f"{share(row.observed)} of {synthetic_rows(row.synthetic_used)} break what holds of the "
        f"real people; {share(row.expected)} of fresh ones would, too ({_by(row)})"
    )
    if not row.group:
        clause += "; audits flag, which judges every row by all columns, may have other rates"
    return verdict, text + clause


def _by(row: PlausibilityRow) -> str:
    """Say on whom rests what fresh real people would show."""
    if row.fresh_source == "left out":
        few = row.fresh_used < row.real
        whom = f"{row.fresh_used:,} of {real_people(row.real)}" if few else real_people(row.real)
        return f"by {whom}, each left out"
    also = "" if row.fresh_source == "holdout" else " or left out"
    beside = f"beside {real_people(row.real)}"
    return f"by {people(row.fresh_used)} of the holdout{also}, {beside}"


def _mainly(row: PlausibilityRow, kinds: list[KindRow], rules: list[RuleRow]) -> str:
    """Say what kind of rule is broken most, and of everyone which rules."""
    mine = [kind for kind in kinds if kind.group == row.group and kind.kind in _SAID]
    mine = [kind for kind in mine if kind.excess.known and kind.excess.value > 0]
    if not mine:
        return ""
    worst = max(mine, key=lambda kind: kind.excess.value)
    text = f", above all for {_SAID[worst.kind]} ({percent(worst.observed.value)})"
    broken = [rule for rule in rules if rule.kind != "given" and rule.broken]
    if row.group or not broken:
        return text
    top = broken[0]
    return f"{text}; most often broken: {top.rule} ({synthetic_rows(top.broken)}: {top.example})"


def _unseen(rows: list[PlausibilityRow], settings: Settings) -> list[Part]:
    """Rows with a pair of values that no real row has, beyond what fresh people show."""
    used, worth = _column(rows, "fresh_used"), _column(rows, "unseen_effective")
    expected = _scaled(_column(rows, "unseen_fresh"), used, worth)
    few = (_column(rows, "real") < _FEWEST) | (_column(rows, "synthetic") < _FEWEST_SYNTHETIC)
    claims = _claims(
        (
            np.where(few, 0.0, _column(rows, "unseen")),
            np.where(few, 0.0, _column(rows, "synthetic_used")),
            expected,
            worth,
        ),
        [Estimate.unknown() if few[i] else row.unseen_excess for i, row in enumerate(rows)],
        (settings.unseen_watch, settings.unseen_problem),
        _column(rows, "real") <= settings.support_problem,
    )
    found, flips = judged(claims, settings)
    return [
        Part(
            None,
            verdict,
            f"{share(row.unseen_observed)} have a pair of values that no real row has, where "
            f"{share(row.unseen_expected)} of fresh real people would ({_by(row)})",
            flip,
            max(row.unseen_excess.low, 0.0) / settings.unseen_problem if verdict in BAD else 0.0,
            _evidence(row),
        )
        for row, verdict, flip in zip(rows, found, flips, strict=True)
    ]


def _removed(rows: list[PlausibilityRow], settings: Settings) -> list[Part]:
    """Real members whom a filter by the same flags would remove, beyond those of everyone."""
    whole = next((row for row in rows if not row.group), None)
    used, gone = _column(rows, "real_used"), _column(rows, "real_flagged")
    everyone = (0.0, 0.0) if whole is None else (float(whole.real_flagged), float(whole.real_used))
    judged_here = np.array([bool(row.group) and row.real >= _FEWEST for row in rows], dtype=bool)
    y, n = (np.full(len(rows), value) for value in everyone)
    p_of_none = np.where(judged_here, used, 0.0)
    verdicts = _beyond_everyone((gone, p_of_none, y, n), settings)
    return [
        Part(
            None,
            Verdict.WATCH if sure else Verdict.OK,
            f"a filter by these flags would remove {share(row.real_rate)} of this group's "
            f"{real_people(row.real)}, of everyone {percent(y[i] / n[i])}"
            if sure
            else "",
            "stable",
            0.1,
            _evidence(row),
        )
        for i, (row, sure) in enumerate(zip(rows, verdicts, strict=True))
    ]


def _beyond_everyone(counts: tuple[Floats, ...], settings: Settings) -> list[bool]:
    """Say which groups' real members are flagged so much more often than everyone's."""
    x, m, y, n = counts
    p = np.asarray(excess_p(np.minimum(x, m), m, y, n, excess=settings.removal_watch))
    with np.errstate(invalid="ignore"):
        return list((adjusted(p, settings) <= settings.false_discovery_rate).tolist())


def _given(
    kinds: list[KindRow], settings: Settings
) -> dict[tuple[tuple[str, str], ...], list[Part]]:
    """Rules that the user gave, in every group: one family."""
    rows = [row for row in kinds if row.kind == "given"]
    if not rows:
        return {}
    claims = _claims(
        tuple(
            _column(rows, name)
            for name in ("flagged", "synthetic_used", "fresh_flagged", "fresh_used")
        ),
        [row.excess for row in rows],
        (settings.implausible_watch, settings.implausible_problem),
        _column(rows, "fresh_used") <= settings.support_problem,
    )
    found, flips = judged(claims, settings)
    parts: dict[tuple[tuple[str, str], ...], list[Part]] = {}
    for row, verdict, flip in zip(rows, found, flips, strict=True):
        text = (
            f"the rule {row.rule!r} is broken by {share(row.observed)} of "
            f"{synthetic_rows(row.synthetic_used)}, by {share(row.expected)} of "
            f"{row.fresh_used:,} real ones"
        )
        severity = (
            max(row.excess.low, 0.0) / settings.implausible_problem if verdict in BAD else 0.0
        )
        # what is neither established nor ruled out must not be covered by an ok on other rules
        open_ = verdict is Verdict.NOT_ENOUGH_EVIDENCE
        if verdict in BAD or (open_ and row.excess.value >= settings.implausible_watch):
            evidence = evidence_of(row, "rule", *_COUNTS, "observed", "expected", "excess", "p")
            said = Part(None, verdict, text, flip, severity, evidence)
            parts.setdefault(row.group, []).append(said)
    return parts
