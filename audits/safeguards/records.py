"""What was accepted, by whom, until when, and what became of it: plain records."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from audits.questions.words import listed
from audits.results import Finding, Group, Verdict, group_name

ANY = "*"
"""Written for a group, or an attribute, it means every one; never assumed."""


@dataclass(frozen=True)
class Accepted:
    """An exception: a finding that somebody answers for until a day.

    Attributes
    ----------
    question : str
        The question whose finding is accepted.
    group : Group or None
        The group it speaks of; () is everyone, None every group.
    attribute : str or None
        The column that it speaks of. None is a finding about no column, "*" every column.
    owner, reason : str
        Who answers for it, and why it is accepted. Never empty.
    expires : date
        The last day on which it holds.
    verdict : Verdict
        How bad the finding may be: "problem", or no worse than "watch".
    id : str
        A name of one's own, such as a ticket; or empty.
    place : str
        Where it is written: file and line.
    """

    question: str
    group: Group | None
    attribute: str | None
    owner: str
    reason: str
    expires: datetime.date
    verdict: Verdict = Verdict.PROBLEM
    id: str = ""
    place: str = ""

    @property
    def subject(self) -> tuple[str, Group | None, str | None]:
        """What it is about: no two exceptions of a file are about the same."""
        return self.question, self.group, self.attribute

    @property
    def named(self) -> str:
        """What it is about, in words, and its id.

        >>> Accepted("drift", (("sex", "female"),), "age", "A", "b", datetime.date(2027, 1, 31),
        ...          id="R-7").named
        'R-7 (drift, female, age)'
        """
        who = "every group" if self.group is None else group_name(self.group)
        about = [self.question, who]
        if self.attribute is not None:
            about.append("every column" if self.attribute == ANY else self.attribute)
        text = ", ".join(about)
        return f"{self.id} ({text})" if self.id else text

    def about(self, finding: Finding) -> bool:
        """Whether it is about a finding, however bad that is and whatever day it is."""
        return (
            finding.question == self.question
            and self.group in (None, finding.group)
            and self.attribute in (ANY, finding.attribute)
        )

    def expired(self, today: datetime.date) -> bool:
        """Whether it holds no longer; its last day still counts."""
        return today > self.expires

    def covers(self, finding: Finding, today: datetime.date) -> bool:
        """Whether it excuses a finding on a day."""
        bad_enough = finding.verdict.rank >= self.verdict.rank
        return self.about(finding) and bad_enough and not self.expired(today)


@dataclass(frozen=True)
class Safeguards:
    """The exceptions an audit was made under, whose file they are from, and on which day."""

    exceptions: tuple[Accepted, ...]
    file: str = ""
    sha256: str = ""
    enforced_on: datetime.date | None = None


@dataclass(frozen=True)
class Excused:
    """A finding, and the exception that is about it."""

    finding: Finding
    exception: Accepted

    @property
    def says(self) -> str:
        """Who accepted it, until when, and why."""
        one = self.exception
        ticket = f" ({one.id})" if one.id else ""
        return f"Accepted by {one.owner} until {one.expires.isoformat()}{ticket}: {one.reason}"


@dataclass(frozen=True)
class Stale:
    """An exception that excuses nothing, and why it does not."""

    exception: Accepted
    why: str


@dataclass(frozen=True)
class Enforced:
    """What the exceptions of an audit come to on a day.

    Attributes
    ----------
    today : date
        The day.
    accepted : tuple of Excused
        Findings that are a problem, or to be watched, and accepted. They keep their verdicts.
    expired : tuple of Excused
        Findings that are excused no longer: the exception about them has expired.
    worse : tuple of Excused
        Findings that are worse than the exception about them allows.
    stale : tuple of Stale
        Exceptions that match nothing any more: to be dropped, or mended.
    unasked : tuple of Stale
        Exceptions of which this audit cannot say whether they still match.
    quotas : tuple of Finding
        What was found of quotas, met or not.
    standing : tuple of Finding
        All findings that nobody has accepted; these decide about an exit code.
    """

    today: datetime.date
    accepted: tuple[Excused, ...]
    expired: tuple[Excused, ...]
    worse: tuple[Excused, ...]
    stale: tuple[Stale, ...]
    unasked: tuple[Stale, ...]
    quotas: tuple[Finding, ...]
    standing: tuple[Finding, ...]

    def of(self, finding: Finding) -> Excused | None:
        """What excuses a finding; None where nothing does."""
        return next((one for one in self.accepted if one.finding == finding), None)

    def remarks(self) -> tuple[str, ...]:
        """What is wrong with the exceptions themselves, a sentence each, the worst first."""
        return (
            *(_expired(one) for one in self.expired),
            *(_worse(one) for one in self.worse),
            *(f"EXCEPTION MATCHES NOTHING: {_where(one.exception)}: {one.why}. Drop it, or mend it."
              for one in self.stale),
            *(f"exception not checked: {_where(one.exception)}: {one.why}."
              for one in self.unasked),
        )  # fmt: skip

    def counted(self) -> str:
        """The counts in a few words; empty where there is nothing to count.

        >>> Enforced(datetime.date(2027, 1, 1), (), (), (), (), (), (), ()).counted()
        ''
        """
        parts = (
            (len(self.accepted), "accepted"),
            (len(self.expired), "no longer accepted (expired)"),
            (len(self.worse), "worse than accepted"),
            (len(self.stale), "stale"),
        )
        said = [f"{count} {what}" for count, what in parts if count]
        return f"exceptions: {listed(said)}" if said else ""


def _where(exception: Accepted) -> str:
    return f"{exception.named}, {exception.place}" if exception.place else exception.named


def _expired(one: Excused) -> str:
    until = one.exception.expires.isoformat()
    return (
        f"EXCEPTION EXPIRED on {until}: {_where(one.exception)}, owner {one.exception.owner}: a "
        f"{one.finding.verdict.value} is excused no longer. Mend the data, or renew it with a "
        "reason."
    )


def _worse(one: Excused) -> str:
    return (
        f"EXCEPTION DOES NOT REACH: {_where(one.exception)} accepts no worse than "
        f"{one.exception.verdict.value}, and the finding is a {one.finding.verdict.value}."
    )
