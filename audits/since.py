"""What changed between an audit and one before it, for whoever reads it first."""

from __future__ import annotations

from dataclasses import dataclass

from audits.diffs import Change, Diff, diff
from audits.estimates import many
from audits.gates import Gate, New, Solved, alike, gate
from audits.results import Audit, Finding, Group

_COUNTED = ("coverage", "text_mentions")
"""The questions whose rows count the synthetic rows, or texts, of every group."""


@dataclass(frozen=True)
class Turn:
    """How many findings of a question have another verdict, judged under the same limits.

    `worse` and `better` became so; `appeared` and `went` are what only one of the audits says, an
    `ok` left out; `changes` and both lists of findings are what is counted.
    """

    question: str
    changes: tuple[Change, ...]
    appeared: tuple[Finding, ...]
    went: tuple[Finding, ...]

    @property
    def worse(self) -> int:
        """How many have become worse."""
        return sum(one.worse for one in self.changes)

    @property
    def better(self) -> int:
        """How many have become better."""
        return len(self.changes) - self.worse


@dataclass(frozen=True)
class Since:
    """What changed since an audit before.

    Attributes
    ----------
    new : tuple of New
        Problems that were none before, under the limits of either audit.
    gone : tuple of Solved
        Problems before that are judged better now, under the limits of either audit.
    moved : tuple of Solved
        Problems before that are none now since limits were moved.
    lost : tuple of Solved
        Problems before of which nothing can be said now: nothing was solved.
    known : int
        Problems of both audits.
    accepted : int
        Findings that an exception accepts; they are not among the new ones.
    missing, back : tuple of Group
        Groups that have no synthetic row now and had some before; and the other way round.
    turns : tuple of Turn
        Per question what changed, questions with more that is worse first.
    doubts, remarks : tuple of str
        Why the audits are not quite comparable, and what else is to be known.
    hidden : int
        Changes of groups whose counts are hidden in one of the audits: they are left out.
    """

    new: tuple[New, ...]
    gone: tuple[Solved, ...]
    moved: tuple[Solved, ...]
    lost: tuple[Solved, ...]
    known: int
    accepted: int
    missing: tuple[Group, ...]
    back: tuple[Group, ...]
    turns: tuple[Turn, ...]
    doubts: tuple[str, ...]
    remarks: tuple[str, ...]
    hidden: int

    def __bool__(self) -> bool:
        """Whether anything changed in what is said."""
        return bool(
            self.new or self.gone or self.moved or self.lost or self.missing or self.back
            or self.turns
        )  # fmt: skip

    def summary(self) -> str:
        """What changed, in one sentence."""
        known = many(self.known, "problem")
        if not self:
            stay = f": {known} {'stays' if self.known == 1 else 'stay'}" if self.known else ""
            return f"nothing changed since the audit before{stay}, no verdict is another."
        counts = (
            (len(self.gone), "gone"),
            (len(self.moved), "gone only as limits moved"),
            (len(self.lost), "not judged any more"),
            (self.known, "known before"),
            (self.accepted, "accepted"),
        )
        said = [many(len(self.new), "new problem") if self.new else "no new problem"]
        said += [f"{count:,} {what}" for count, what in counts if count]
        if others := sum(len(one.changes) for one in self.turns):
            said.append(f"{many(others, 'verdict')} changed in all")
        if self.missing:
            said.append(f"{many(len(self.missing), 'group')} newly without a synthetic row")
        return f"{', '.join(said)}."


def since(before: Audit, audit: Audit) -> Since:
    """Say what changed from one audit to the next.

    What `audits.gates.gate` finds for problems, and `audits.diffs.diff` for all verdicts. Limits
    that differ are no change: verdicts are held beside one another under the later limits, and a
    problem is gone if it is under both.

    Raises
    ------
    UsageError
        If the audits have no question in common.

    Examples
    --------
    >>> import audits
    >>> import pandas as pd
    >>> half = pd.DataFrame({"sex": ["female", "male"] * 200, "paid": ["yes", "no"] * 200})
    >>> one = audits.compare(half, half, sensitive_features="sex", ask=["coverage"])
    >>> since(one, one).summary()
    'nothing changed since the audit before, no verdict is another.'
    """
    found = gate(before, audit)
    pairs, _ = alike(before, audit)
    old, now = pairs[0]
    hidden = {*before.hidden, *audit.hidden}
    turned = diff(old, now)
    still = {f.key for _, later in pairs for f in later.problems}
    gone = [one for one in found.solved if one.finding.group not in hidden]
    missing, back = _missing(before, audit, hidden), _missing(audit, before, hidden)
    return Since(
        new=tuple(one for one in found.new if one.finding.group not in hidden),
        gone=tuple(one for one in gone if one.finding.key not in still),
        moved=tuple(one for one in gone if one.finding.key in still),
        lost=tuple(one for one in found.lost if one.finding.group not in hidden),
        known=len(found.known),
        accepted=len(found.enforced.accepted),
        missing=missing,
        back=back,
        turns=_turns(turned, hidden),
        doubts=found.doubts,
        remarks=found.remarks,
        hidden=_left_out(turned, found, hidden),
    )


def _turns(found: Diff, hidden: set[Group]) -> tuple[Turn, ...]:
    changes = [one for one in found.changed if one.after.group not in hidden]
    appeared = [one for one in found.appeared if one.group not in hidden]
    went = [one for one in found.went if one.group not in hidden]
    told = (*(one.after for one in changes), *appeared, *went)
    names = dict.fromkeys(one.question for one in told)
    turns = [
        Turn(
            name,
            tuple(one for one in changes if one.after.question == name),
            tuple(one for one in appeared if one.question == name),
            tuple(one for one in went if one.question == name),
        )
        for name in names
    ]
    return tuple(sorted(turns, key=lambda one: (-one.worse - len(one.appeared), one.question)))


def _left_out(found: Diff, of: Gate, hidden: set[Group]) -> int:
    told = [
        *(one.after for one in found.changed), *found.appeared, *found.went,
        *(one.finding for one in (*of.solved, *of.lost)),
    ]  # fmt: skip
    return len({finding.key for finding in told if finding.group in hidden})


# -- groups that are not there ---------------------------------------------------------------------


def _missing(before: Audit, audit: Audit, hidden: set[Group]) -> tuple[Group, ...]:
    """Groups with rows before and none now, of those that both audits count."""
    had, have = _rows(before), _rows(audit)
    return tuple(
        group for group, rows in have.items()
        if rows == 0 and had.get(group, 0) > 0 and group not in hidden
    )  # fmt: skip


def _rows(audit: Audit) -> dict[Group, int]:
    """Synthetic rows of every group that is counted; texts may be counted in two ways."""
    found: dict[Group, int] = {}
    for row in (row for name in _COUNTED if name in audit.answers for row in audit[name].rows):
        found[row.group] = max(found.get(row.group, 0), int(getattr(row, "synthetic", 0)))
    return found
