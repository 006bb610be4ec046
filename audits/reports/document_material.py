"""An audit as its report needs it: by group and by question, worst first."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import combinations

from audits import estimates
from audits.cards import Card, card
from audits.errors import UnknownNameError
from audits.estimates import Estimate, number, percent
from audits.questions.words import capital, share
from audits.registry import OF_CHAINS, OF_TEXT_CHAINS, all_questions
from audits.reports.document_nouns import OF_TABLES, OF_TEXTS, Nouns
from audits.results import Audit, Finding, Group, InputRecord, Row, Verdict, group_name
from audits.visible import visible

BAD = (Verdict.PROBLEM, Verdict.WATCH)
_LONGEST = 72


class Material:
    """What every section of a report looks up in an audit."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit
        self._cards: dict[Group, Card | None] = {}

    @cached_property
    def findings(self) -> Mapping[Group, tuple[Finding, ...]]:
        """The findings of every group; groups in the order of their worst finding."""
        found: dict[Group, list[Finding]] = {}
        for finding in self.audit.findings:
            found.setdefault(finding.group, []).append(finding)
        return {group: tuple(listed) for group, listed in found.items()}

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Every group that was judged, but everyone, worst first."""
        return tuple(group for group in self.findings if group)

    @cached_property
    def _worst(self) -> Mapping[tuple[Group, str], Verdict]:
        """The worst verdict of a group in a question: findings come worst first."""
        verdicts: dict[tuple[Group, str], Verdict] = {}
        for finding in self.audit.findings:
            verdicts.setdefault((finding.group, finding.question), finding.verdict)
        return verdicts

    def verdict(self, group: Group, question: str | None = None) -> Verdict | None:
        """The worst verdict of a group, in a question or in all; None where it was not judged."""
        if question is not None:
            return self._worst.get((group, question))
        listed = self.findings.get(group)
        return listed[0].verdict if listed else None  # findings come worst first

    def having(self, verdict: Verdict, question: str | None = None) -> tuple[Group, ...]:
        """The groups (but everyone) with this worst verdict."""
        return tuple(g for g in self.groups if self.verdict(g, question) is verdict)

    @cached_property
    def troubled(self) -> tuple[Group, ...]:
        """The groups with a problem, everyone among them, worst first."""
        return tuple(g for g in self.findings if self.verdict(g) is Verdict.PROBLEM)

    def card(self, group: Group) -> Card | None:
        """The group's card; None where the audit measured nothing about it, or is about texts."""
        if self.texts:
            return None
        if group not in self._cards:
            try:
                self._cards[group] = card(self.audit, group)
            except UnknownNameError:
                self._cards[group] = None
        return self._cards[group]

    @cached_property
    def judging(self) -> tuple[str, ...]:
        """The questions that were asked and judge; the others measure, and are read as they are."""
        silent = {question.id for question in all_questions() if not question.judges}
        return tuple(name for name in self.audit.answers if name not in silent)

    @cached_property
    def chain(self) -> bool:
        """Whether this is about a chain of generations, not a pair of tables."""
        return any(name in (*OF_CHAINS, *OF_TEXT_CHAINS) for name in self.audit.answers)

    @cached_property
    def texts(self) -> bool:
        """Whether this is about texts, not about tables."""
        return self.audit.of_texts

    @property
    def nouns(self) -> Nouns:
        """What the things that were compared are called."""
        return OF_TEXTS if self.texts else OF_TABLES

    def title(self, question: str) -> str:
        """The question's title."""
        return self.audit.answers[question].title

    def input(self, role: str) -> InputRecord | None:
        """The table that played a role, if there was one."""
        return next((record for record in self.audit.inputs if record.role == role), None)

    @cached_property
    def counted(self) -> Mapping[Group, Row]:
        """A row with the counts of every group, from the first question that has them."""
        rows: dict[Group, Row] = {}
        for answer in self.audit.answers.values():
            for row in answer.rows:
                if hasattr(row, "real"):
                    rows.setdefault(row.group, row)
        return rows

    @cached_property
    def has_reference(self) -> bool:
        """Whether shares of a reference population were given."""
        if self.input("reference") is not None:
            return True
        answer = self.audit.answers.get("coverage")
        rows = answer.rows if answer else ()
        return any(getattr(row, "reference_share", None) is not None for row in rows)


def parts(group: Group) -> list[Group]:
    """Every group that holds this one, the most general first; everyone is left out.

    >>> parts((("race", "Black"), ("sex", "female")))
    [(('race', 'Black'),), (('sex', 'female'),)]
    """
    return [part for size in range(1, len(group)) for part in combinations(group, size)]


def anchor(group: Group) -> str:
    """An id for a group's page: the same in every report, whatever its name holds."""
    return f"group-{hashlib.sha256(repr(group).encode()).hexdigest()[:10]}"


def short(text: str, most: int = _LONGEST) -> str:
    """A name on one line, cut where it is long.

    >>> short("a" * 100, 5)
    'aaaa…'
    """
    text = visible(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def name_of(group: Group, most: int = _LONGEST) -> str:
    """A group's name, begun with a capital where it is everyone, cut where it is long."""
    return short(group_name(group), most) if group else "Everyone"


def without_name(text: str, group: Group, attribute: str | None = None) -> str:
    """A finding's sentence without the group's name before it, where a title has named it.

    The name of a column stays as it is written.

    >>> without_name("Black: only 30 people.", (("race", "Black"),))
    'Only 30 people.'
    """
    text = text.removeprefix(f"{capital(group_name(group))}: ")
    return text if attribute and text.startswith(attribute) else capital(text)


def brief(finding: Finding) -> str:
    """A finding's sentence; one on all columns at once without its samples and examples.

    Only what the sentence itself says is kept, in its own numbers.
    """
    if finding.question == "stereotypes":
        name = f"{capital(group_name(finding.group))}: "
        said = finding.because.removeprefix(name)
        return f"{name}{said.split(': ')[0].split('; of ')[0].removesuffix('.')}."
    if finding.question == "generations":
        return f"{finding.because.split('. ')[0].removesuffix('.')}."
    auc, pairs = finding.evidence.get("auc"), finding.evidence.get("pairs")
    clauses = []
    if isinstance(auc, Estimate) and auc.known and f"{auc}, where" in finding.because:
        clauses.append(f"Real and synthetic rows are told apart with a chance of {auc}; 0.5 is "
                       "guessing")  # fmt: skip
    if isinstance(pairs, Estimate) and pairs.known and f"{share(pairs)} of the" in finding.because:
        clauses.append(f"{share(pairs)} of the people have combinations they should not")
    return f"{'. '.join(clauses)}." if clauses else finding.because


def in_effect(value: float) -> str:
    """An effective number of people, to whole ones from ten on, as findings write it.

    >>> in_effect(3.05), in_effect(1234.5)
    ('3', '1,234')
    """
    return "–" if math.isnan(value) else estimates.in_effect(value)


def people_ranged(value: Estimate) -> str:
    """An effective number of people and its interval in a cell."""
    if not value.known:
        return "–"
    return f"{in_effect(value.value)} ({in_effect(value.low)} to {in_effect(value.high)})"


def many(count: int, one: str, more: str = "") -> str:
    """A count of things.

    >>> many(1, "group"), many(1200, "group"), many(2, "crossing")
    ('1 group', '1,200 groups', '2 crossings')
    """
    return f"{count:,} {one if count == 1 else more or one + 's'}"


# -- cells of tables -------------------------------------------------------------------------------


def whole(value: float | None) -> str:
    """A count in a cell; an unknown or hidden one as a dash."""
    if value is None or math.isnan(value) or value < 0:
        return "–"
    return f"{value:,.0f}"


def ranged(value: Estimate) -> str:
    """An estimate and its interval in a cell."""
    if not value.known:
        return "–"
    return f"{number(value.value)} ({number(value.low)} to {number(value.high)})"


def shared(value: Estimate) -> str:
    """A share and its interval in a cell."""
    if not value.known:
        return "–"
    low, high = percent(value.low).removesuffix(" %"), percent(value.high)
    return f"{percent(value.value)} ({low} to {high})"


def plain(value: float | None) -> str:
    """A number in a cell."""
    return "–" if value is None or math.isnan(value) else number(value)


def part_of(value: float | None) -> str:
    """A share in a cell."""
    return "–" if value is None or math.isnan(value) else percent(value)


def cut(count: int, of: int, what: str) -> str:
    """Say what was left out of a table, and where it can be found.

    >>> cut(40, 200, "groups")
    'The first 40 of 200 groups, worst first; the JSON of this audit holds all of them.'
    >>> cut(3, 3, "groups")
    ''
    """
    if count >= of:
        return ""
    shown = f"The first {count:,} of {of:,} {what}, worst first"
    return f"{shown}; the JSON of this audit holds all of them."


def order(groups: Sequence[Group], material: Material) -> list[Group]:
    """Groups in the order of their findings; those never judged come last, by name."""
    place = {group: i for i, group in enumerate(material.findings)}
    return sorted(groups, key=lambda group: (place.get(group, len(place)), group))
