"""A gate between two audits: what is a problem now and was none in the baseline."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from audits.diffs import Key, by_key, diff
from audits.errors import UsageError
from audits.questions.words import listed
from audits.results import Audit, Finding, Verdict, group_name
from audits.safeguards import Enforced, Safeguards, enforce
from audits.safeguards.quotas_moved import held_to, moved_quotas
from audits.settings import JUDGING

_BAD = {
    "problem": frozenset({Verdict.PROBLEM}),
    "watch": frozenset({Verdict.PROBLEM, Verdict.WATCH}),
}


@dataclass(frozen=True)
class New:
    """A finding that fails the gate, its verdict in the baseline (None: not said), and why."""

    finding: Finding
    before: Verdict | None
    why: str


@dataclass(frozen=True)
class Solved:
    """A finding that failed in the baseline and does no longer; `now` is None where none is said.

    `why` says what that means: fewer rows or a question dropped solve nothing.
    """

    finding: Finding
    now: Verdict | None
    why: str


@dataclass(frozen=True)
class Gate:
    """What a gate lets pass.

    Attributes
    ----------
    fail_on : str
        "problem", or "watch" for problems and what is to be watched.
    new : tuple of New
        What fails the gate: as bad as that now, and not in the baseline, and accepted by nobody.
    known : tuple of Finding
        As bad as that in both audits.
    solved : tuple of Solved
        What the baseline had and the audit judges better.
    lost : tuple of Solved
        What the baseline had and the audit cannot say any more: nothing was solved.
    enforced : Enforced
        What the exceptions come to.
    doubts : tuple of str
        Why the two audits are not quite comparable; each fails a strict gate.
    remarks : tuple of str
        What else is to be known.
    strict : bool
        Whether doubts, and what was lost, fail, too.
    """

    fail_on: str
    new: tuple[New, ...]
    known: tuple[Finding, ...]
    solved: tuple[Solved, ...]
    lost: tuple[Solved, ...]
    enforced: Enforced
    doubts: tuple[str, ...]
    remarks: tuple[str, ...]
    strict: bool = False

    @property
    def passed(self) -> bool:
        """Whether nothing new is there (strict: and nothing is in doubt)."""
        return not self.new and not (self.strict and (self.doubts or self.lost))

    def summary(self) -> str:
        """The counts, in one line."""
        state = "passed" if self.passed else "failed"
        counts = (
            (len(self.new), "new"), (len(self.known), "known"),
            (len(self.enforced.accepted), "accepted"), (len(self.solved), "solved"),
            (len(self.lost), "not judged any more"), (len(self.doubts), "in doubt"),
        )  # fmt: skip
        said = [f"{count} {what}" for count, what in counts if count or what == "new"]
        return f"gate {state}: {', '.join(said)} (--fail-on {self.fail_on})"

    def to_dict(self) -> dict[str, Any]:
        """Strict JSON types only."""
        return {
            "passed": self.passed,
            "fail_on": self.fail_on,
            "strict": self.strict,
            "new": [
                {**_said(one.finding), "before": one.before and one.before.value, "why": one.why}
                for one in self.new
            ],
            "known": [_said(finding) for finding in self.known],
            "solved": [_solved(one) for one in self.solved],
            "lost": [_solved(one) for one in self.lost],
            "accepted": [
                {
                    **_said(one.finding),
                    "owner": one.exception.owner,
                    "reason": one.exception.reason,
                    "expires": one.exception.expires.isoformat(),
                    "id": one.exception.id,
                }
                for one in self.enforced.accepted
            ],
            "today": self.enforced.today.isoformat(),
            "exceptions": list(self.enforced.remarks()),
            "doubts": list(self.doubts),
            "remarks": list(self.remarks),
        }


def gate(
    baseline: Audit,
    audit: Audit,
    *,
    fail_on: str = "problem",
    safeguards: Safeguards | None = None,
    today: datetime.date | None = None,
    strict: bool = False,
) -> Gate:
    """Say what is a problem in an audit and was none in its baseline.

    Limits that were moved between the two hide nothing: both are judged under the limits of either,
    and what is new under one of them is new.

    Parameters
    ----------
    baseline, audit : Audit
        The earlier and the later audit.
    fail_on : str
        "problem", or "watch".
    safeguards : Safeguards, optional
        Exceptions; by default those the audit was made under.
    today : date, optional
        The day on which they must hold.
    strict : bool
        Whether what cannot be compared fails, too.

    Raises
    ------
    UsageError
        If the audits have no question in common, or `fail_on` is another word.

    Examples
    --------
    >>> import audits
    >>> import pandas as pd
    >>> half = pd.DataFrame({"sex": ["female", "male"] * 200, "paid": ["yes", "no"] * 200})
    >>> one = audits.compare(half, half, sensitive_features="sex", ask=["coverage"])
    >>> gate(one, one).passed
    True
    """
    if fail_on not in _BAD:
        raise UsageError(f"a gate fails on 'problem' or 'watch', got {fail_on!r}.")
    if not set(baseline.answers) & set(audit.answers):
        raise UsageError(
            f"the baseline asked {listed(list(baseline.answers)) or 'nothing'}, the audit "
            f"{listed(list(audit.answers)) or 'nothing'}: no question is common to both. Compare "
            "audits of one kind."
        )
    enforced = enforce(audit, safeguards, today)
    pairs, trouble = alike(baseline, audit)
    bad = _BAD[fail_on]
    new: dict[Key, New] = {}
    for old, now in pairs:
        fresh = _new(old, now, bad)
        kept = {
            id(f) for f in enforce(now, safeguards or audit.safeguards, enforced.today).standing
        }
        new |= {
            key: one for key, one in fresh.items() if key not in new and id(one.finding) in kept
        }
    after = by_key(audit.findings)
    solved = _not_bad_any_more(baseline, audit, pairs, bad)
    return Gate(
        fail_on=fail_on,
        new=tuple(sorted(new.values(), key=lambda one: one.finding.verdict.rank)),
        known=tuple(f for key, f in after.items()
                    if f.verdict in bad and key not in new and enforced.of(f) is None),
        solved=tuple(one for one in solved if one.now in (Verdict.OK, Verdict.WATCH)),
        lost=tuple(one for one in solved if one.now not in (Verdict.OK, Verdict.WATCH)),
        enforced=enforced,
        doubts=(*_doubts(baseline, audit), *trouble),
        remarks=tuple(_remarks(baseline, audit)),
        strict=strict,
    )  # fmt: skip


# -- what is new -----------------------------------------------------------------------------------


def _not_bad_any_more(
    baseline: Audit, audit: Audit, pairs: Sequence[tuple[Audit, Audit]], bad: frozenset[Verdict]
) -> list[Solved]:
    """What failed in the baseline and does no longer, or only under the limits of then."""
    after = by_key(audit.findings)
    still = {key for _, now in pairs for key, f in by_key(now.findings).items() if f.verdict in bad}
    gone = {c.name for c in baseline.columns} - {c.name for c in audit.columns}
    found = []
    for key, finding in by_key(baseline.findings).items():
        if finding.verdict in bad and not _still(after.get(key), bad):
            one = _better(finding, after.get(key), audit)
            if finding.attribute in gone:
                one = Solved(finding, None, f"{finding.attribute} is not compared any more")
            moved = "; limits were moved, and under those of the baseline it stays"
            found.append(replace(one, why=one.why + moved) if key in still else one)
    return found


def _still(finding: Finding | None, bad: frozenset[Verdict]) -> bool:
    return finding is not None and finding.verdict in bad


def _new(baseline: Audit, audit: Audit, bad: frozenset[Verdict]) -> dict[Key, New]:
    before = by_key(baseline.findings)
    found = {}
    for key, finding in by_key(audit.findings).items():
        old = before.get(key)
        was = None if old is None else old.verdict
        if finding.verdict in bad and (was is None or finding.verdict.rank < was.rank):
            found[key] = New(finding, was, _why(baseline, finding, was))
    return found


def _why(baseline: Audit, finding: Finding, was: Verdict | None) -> str:
    if was is not None:
        return f"{was.value} in the baseline"
    if finding.question not in baseline.answers:
        return f"the baseline did not ask {finding.question}"
    strange = [c for c, _ in finding.group if c not in baseline.sensitive_features]
    if strange:
        return f"the baseline formed no groups by {listed(strange)}"
    if len(finding.group) > baseline.settings.intersections:
        return f"the baseline crossed no more than {baseline.settings.intersections} features"
    return "the baseline said nothing of it"


def _better(finding: Finding, now: Finding | None, audit: Audit) -> Solved:
    if now is not None:
        return Solved(finding, now.verdict, f"now {now.verdict.value}")
    if finding.question not in audit.answers:
        return Solved(finding, None, f"{finding.question} is not asked any more")
    strange = [c for c, _ in finding.group if c not in audit.sensitive_features]
    if strange:
        return Solved(finding, None, f"no groups are formed by {listed(strange)} any more")
    own = [f.verdict for f in audit.findings
           if (f.question, f.group) == (finding.question, finding.group)]  # fmt: skip
    if finding.attribute is not None and own:
        said = min(own, key=lambda verdict: verdict.rank)
        if said is not Verdict.NOT_ENOUGH_EVIDENCE:
            now_ok = Verdict.OK if said is Verdict.OK else Verdict.WATCH
            return Solved(finding, now_ok, f"not named any more; the group is {said.value} now")
    return Solved(finding, None, "the audit says nothing of it any more")


# -- what can be compared --------------------------------------------------------------------------


def alike(baseline: Audit, audit: Audit) -> tuple[list[tuple[Audit, Audit]], list[str]]:
    """Return the two audits judged under the limits of each, the later ones first.

    Beside them stands why they could not be made alike, if they could not.
    """
    moved = _moved(baseline, audit, judging=True)
    quotas = [f"the quota of {group_name(group)}" for group in moved_quotas(baseline, audit)]
    if not moved and not quotas:
        return [(baseline, audit)], []
    if baseline.min_cell or audit.min_cell:
        return [(baseline, audit)], [
            f"limits differ ({listed([*moved, *quotas])}), and audits with hidden counts cannot be "
            "judged under other ones: each is judged under its own"
        ]
    try:
        again, before = _judged_as(audit, baseline, moved), _judged_as(baseline, audit, moved)
    except UsageError as error:
        return [(baseline, audit)], [f"limits differ, and cannot be made alike: {error}"]
    return [(before, audit), (baseline, again)], []


def _judged_as(audit: Audit, other: Audit, moved: Sequence[str]) -> Audit:
    """Judge an audit under the limits of another, those of quotas among them."""
    theirs = other.settings.to_dict()
    return held_to(audit, other).having(
        audit.settings.having(**{name: theirs[name] for name in moved})
    )


def _moved(baseline: Audit, audit: Audit, *, judging: bool) -> list[str]:
    old, new = baseline.settings.to_dict(), audit.settings.to_dict()
    return [name for name in old if old[name] != new[name] and (name in JUDGING) is judging]


def _doubts(baseline: Audit, audit: Audit) -> list[str]:
    found = diff(baseline, audit)
    dropped = [question for question in baseline.answers if question not in audit.answers]
    said = [f"not asked any more: {listed(dropped)}"] if dropped else []
    gone = [c for c in baseline.sensitive_features if c not in audit.sensitive_features]
    if gone:
        said.append(f"no groups are formed any more by {listed(gone)}")
    said += [
        f"{name} was {found.settings[name][0]} and is {found.settings[name][1]}, which changes "
        "what is measured"
        for name in _moved(baseline, audit, judging=False)
    ]
    said += [f"the {role} table is another: {was} before, {now} now"
             for role, (was, now) in found.inputs.items()
             if role not in ("synthetic", "rules", "quotas")]  # fmt: skip
    versions = [one.versions.get("audits") for one in (baseline, audit)]
    if versions[0] != versions[1]:
        said.append(f"the baseline is of audits {versions[0]}, the audit of {versions[1]}")
    return said


def _remarks(baseline: Audit, audit: Audit) -> list[str]:
    found = diff(baseline, audit)
    said = [f"{name} was {was} and is {now}: judged under both"
            for name, (was, now) in found.settings.items() if name in JUDGING]  # fmt: skip
    same = ("inputs", "settings", "findings")
    if all(getattr(baseline, name) == getattr(audit, name) for name in same):
        said.append("the audit is its own baseline: nothing can be new")
    elif "synthetic" not in found.inputs:
        said.append("the synthetic table is the same in both audits")
    said += [f"the {role} are others: {was} before, {now} now"
             for role, (was, now) in found.inputs.items()
             if role in ("rules", "quotas")]  # fmt: skip
    said += [f"the quota of {group_name(group)} was moved: judged under both"
             for group in moved_quotas(baseline, audit)]  # fmt: skip
    new = [q for q in audit.answers if q not in baseline.answers]
    if new:
        said.append(f"the baseline did not ask {listed(new)}: what is found there is new")
    added = [c for c in audit.sensitive_features if c not in baseline.sensitive_features]
    if added:
        said.append(f"the baseline formed no groups by {listed(added)}: what is found is new")
    for which, one in (("baseline", baseline), ("audit", audit)):
        if one.min_cell:
            said.append(f"counts below {one.min_cell} are hidden in the {which}")
    return said


def _said(finding: Finding) -> dict[str, Any]:
    return {
        "question": finding.question,
        "group": dict(finding.group),
        "attribute": finding.attribute,
        "verdict": finding.verdict.value,
        "because": finding.because,
    }


def _solved(one: Solved) -> dict[str, Any]:
    return {**_said(one.finding), "now": one.now and one.now.value, "why": one.why}


def counted(findings: Sequence[Finding]) -> str:
    """Write how many findings there are of each question.

    >>> counted([Finding("drift", (), None, Verdict.PROBLEM, "")] * 2)
    'drift 2'
    """
    found = Counter(finding.question for finding in findings)
    return ", ".join(f"{question} {count}" for question, count in sorted(found.items()))
