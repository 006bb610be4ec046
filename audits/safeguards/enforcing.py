"""Exceptions held against the findings of an audit on a day."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from audits.results import Audit, Finding, Verdict
from audits.safeguards.records import ANY, Accepted, Enforced, Excused, Safeguards, Stale

QUOTAS = "quotas"
"""The question that judges quotas."""

_BAD = (Verdict.PROBLEM, Verdict.WATCH)


def enforce(
    audit: Audit, safeguards: Safeguards | None = None, today: datetime.date | None = None
) -> Enforced:
    """Say what is accepted, what is not any more, and which exceptions match nothing.

    Parameters
    ----------
    audit : Audit
        Its findings keep their verdicts, whatever is accepted.
    safeguards : Safeguards, optional
        Those the audit was made under by default; none if there are none.
    today : date, optional
        The day on which exceptions must hold; by default the day on which they were enforced, so
        that a saved audit says the same again. Today, where they never were.

    Examples
    --------
    >>> import audits
    >>> import pandas as pd
    >>> half = pd.DataFrame({"sex": ["female", "male"] * 200, "paid": ["yes", "no"] * 200})
    >>> one = audits.compare(half, half, sensitive_features="sex", ask=["coverage"])
    >>> enforce(one).accepted
    ()
    """
    safeguards = safeguards or audit.safeguards or Safeguards(())
    day = today or safeguards.enforced_on or datetime.date.today()
    exceptions = safeguards.exceptions
    sorted_out = _Sorted()
    for finding in audit.findings:
        sorted_out.take(finding, [one for one in exceptions if one.about(finding)], day)
    left = [one for one in exceptions if one not in sorted_out.used]
    unasked = tuple(Stale(one, why) for one in left if (why := _unasked(one, audit)))
    known = {one.exception.subject for one in unasked}
    return Enforced(
        today=day,
        accepted=tuple(sorted_out.accepted),
        expired=tuple(sorted_out.expired),
        worse=tuple(sorted_out.worse),
        stale=tuple(Stale(one, _why(one, audit, day)) for one in left if one.subject not in known),
        unasked=unasked,
        quotas=tuple(finding for finding in audit.findings if finding.question == QUOTAS),
        standing=tuple(sorted_out.standing),
    )


class _Sorted:
    """Findings, sorted by what the exceptions about them do."""

    def __init__(self) -> None:
        self.accepted: list[Excused] = []
        self.expired: list[Excused] = []
        self.worse: list[Excused] = []
        self.standing: list[Finding] = []
        self.used: list[Accepted] = []

    def take(self, finding: Finding, about: Sequence[Accepted], today: datetime.date) -> None:
        """Sort one finding; what is neither a problem nor watched needs no excuse."""
        if finding.verdict not in _BAD:
            self.standing.append(finding)
            return
        self.used += about
        covering = [one for one in about if one.covers(finding, today)]
        if covering:
            self.accepted.append(Excused(finding, covering[0]))
            return
        self.standing.append(finding)
        for one in about:
            kept = self.expired if one.expired(today) else self.worse
            kept.append(Excused(finding, one))


def _unasked(exception: Accepted, audit: Audit) -> str:
    """Why an audit cannot tell whether an exception still matches; empty where it can."""
    if exception.question not in audit.answers:
        return f"this audit did not ask {exception.question}"
    if exception.attribute is not None and exception.group in audit.hidden:
        return "the numbers of its group are hidden"
    return ""


def _why(exception: Accepted, audit: Audit, today: datetime.date) -> str:
    """Why an exception matches nothing."""
    expired = f"; it expired on {exception.expires.isoformat()}" if exception.expired(today) else ""
    return f"{_reason(exception, audit)}{expired}"


def _reason(exception: Accepted, audit: Audit) -> str:
    strange = [c for c, _ in exception.group or () if c not in audit.sensitive_features]
    if strange:
        return f"{strange[0]!r} is no sensitive feature of this audit"
    about = [finding for finding in audit.findings if exception.about(finding)]
    if about:
        return f"the finding is {min(about, key=lambda f: f.verdict.rank).verdict.value} now"
    own = [
        finding
        for finding in audit.findings
        if finding.question == exception.question
        and finding.group == exception.group
        and finding.verdict in _BAD
    ]
    if not own:
        return "the audit says nothing of it"
    columns = sorted({finding.attribute or "no column" for finding in own})
    return f"findings about its group are of {', '.join(columns)} (attribute; {ANY!r} for all)"
