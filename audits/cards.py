"""A group's card: whom it rests on, what they share, what nobody can have seen, whom to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from audits import card_sentences
from audits.errors import UnknownNameError
from audits.estimates import Estimate
from audits.questions.collection_rows import CollectionRow
from audits.questions.coverage_rows import CoverageRow
from audits.questions.diversity_rows import AttributeDiversityRow, GroupDiversityRow
from audits.questions.drift_rows import GroupDriftRow, ProfileRow
from audits.questions.provenance_rows import ProvenanceRow
from audits.registry import OF_QUOTAS, all_questions
from audits.results import Audit, Finding, Group, Row, Verdict, as_group, group_name, worst
from audits.settings import Settings

_FEWEST = 10  # people below which what they share would describe persons
_HARDLY_VARY = 0.9
_MORE_THAN_OTHERS = 0.95  # a value nearly everyone has says nothing of this group
_TOLD = ("coverage", "drift", "diversity", "provenance")
"""Questions of which a card tells by numbers, people and columns."""
_R = TypeVar("_R", bound=Row)


@dataclass(frozen=True)
class Common:
    """A column in which a group's real people hardly vary, and how others do there.

    `share_elsewhere` is the value's share among all other real people, `share_synthetic` among the
    group's synthetic rows.
    """

    attribute: str
    value: str
    count: int
    of: int
    share_elsewhere: float
    share_synthetic: float
    says: str


@dataclass(frozen=True)
class Need:
    """Real people to ask for, and what for; `more` is how many beside those there are."""

    people: int
    more: int
    says: str


@dataclass(frozen=True)
class Card:
    """Everything an audit knows about one group, each part as a sentence and as numbers.

    `people` lists the synthetic rows per real person, most first (empty where it is not known);
    `basis` is the effective number of real people with its interval. `verdicts` holds the worst
    verdict of every question that judges, `findings` all that was found, worst first. `also` is a
    sentence on each further question that found something, and on what the collection plan asks.
    """

    group: Group
    name: str
    verdict: Verdict
    verdicts: Mapping[str, Verdict]
    findings: tuple[Finding, ...]
    headline: str
    real: int
    synthetic: int
    real_share: Estimate
    synthetic_share: Estimate
    ratio: Estimate
    basis: Estimate
    amplification: float
    top5_share: float
    kappa: Estimate
    people: tuple[int, ...]
    people_says: str
    common: tuple[Common, ...]
    unseen: tuple[str, ...]
    unnoticed: tuple[str, ...]
    collect: tuple[Need, ...]
    profiles: tuple[ProfileRow, ...]
    also: tuple[str, ...] = ()

    def __repr__(self) -> str:
        found = "1 finding" if len(self.findings) == 1 else f"{len(self.findings)} findings"
        return f"<Card: {self.name}; {self.verdict.value}, {found}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        from audits.reports.notebook_report import card_bundle

        return card_bundle(self)


def card(audit: Audit, group: Group | Mapping[str, str]) -> Card:
    """Return everything the audit knows about a group.

    Raises
    ------
    UnknownNameError
        If a column is no sensitive feature, or the audit has no such group.

    Examples
    --------
    >>> import audits, pandas as pd
    >>> real = pd.DataFrame({"sex": ["f"] * 30 + ["m"] * 70, "paid": ["no"] * 30 + ["yes"] * 70})
    >>> audit = audits.compare(real, real, sensitive_features="sex")
    >>> audits.card(audit, {"sex": "f"}).common[0].says
    'all 30 are no (paid), as 0 % of everyone else are and 100 % of the synthetic rows'
    """
    wanted = as_group(group)
    findings = audit.about(group=wanted)
    rows = _Rows(audit, wanted)
    if not findings and rows.coverage is None:
        raise UnknownNameError("group in this audit", group_name(wanted), _names(audit))
    provenance, coverage = rows.provenance, rows.coverage
    silent = {question.id for question in all_questions() if not question.judges}
    silent |= {*OF_QUOTAS} - {finding.question for finding in findings}  # most groups have none
    unknown = Estimate.unknown()
    basis = provenance.effective_people if provenance else unknown
    return Card(
        group=wanted,
        name=group_name(wanted),
        verdict=worst([finding.verdict for finding in findings]),
        verdicts={
            question: worst([f.verdict for f in findings if f.question == question])
            for question in audit.answers
            if question not in silent
        },
        findings=findings,
        headline=card_sentences.headline(group_name(wanted), provenance, coverage, findings),
        real=rows.real,
        synthetic=rows.synthetic,
        real_share=coverage.real_share if coverage else unknown,
        synthetic_share=coverage.synthetic_share if coverage else unknown,
        ratio=coverage.ratio if coverage else unknown,
        basis=basis,
        amplification=provenance.amplification if provenance else float("nan"),
        top5_share=provenance.top5_share if provenance else float("nan"),
        kappa=provenance.kappa if provenance else unknown,
        people=provenance.people if provenance else (),
        people_says=card_sentences.people_says(provenance, audit.min_cell),
        common=rows.common(),
        unseen=rows.unseen(),
        unnoticed=card_sentences.unnoticed(rows.drift),
        collect=rows.collect(audit.settings),
        profiles=rows.profiles,
        also=rows.also(findings),
    )


def _names(audit: Audit) -> list[str]:
    return sorted({group_name(finding.group) for finding in audit.findings})


class _Rows:
    """The rows of one group, from whichever questions were asked."""

    def __init__(self, audit: Audit, group: Group) -> None:
        self._audit, self._group = audit, group
        self.coverage = self._one("coverage", CoverageRow)
        self.provenance = self._one("provenance", ProvenanceRow)
        self.drift = self._one("drift", GroupDriftRow)
        own = self._table("drift", "profiles", group)
        self.profiles = tuple(row for row in own if isinstance(row, ProfileRow))
        counted: Any = self.coverage or self.provenance or self.drift
        counted = counted or self._one("diversity", GroupDiversityRow)
        self._compared = counted is not None
        counted = counted or self._counted()
        self._tested = getattr(counted, "tested", 0) != 0
        self.real = max(counted.real, 0) if counted else 0
        self.synthetic = max(counted.synthetic, 0) if counted else 0

    def _counted(self) -> Row | None:
        """A row with how many people and rows the group has, of any question."""
        for answer in self._audit.answers.values():
            for row in answer.rows:
                if row.group == self._group and hasattr(row, "synthetic"):
                    return row
        return None

    def _table(self, question: str, table: str, group: Group) -> list[Row]:
        answer = self._audit.answers.get(question)
        rows = answer.tables.get(table, ()) if answer else ()
        return [row for row in rows if row.group == group]

    def _one(self, question: str, kind: type[_R]) -> _R | None:
        found = [r for r in self._table(question, "groups", self._group) if isinstance(r, kind)]
        return found[0] if found else None

    @cached_property
    def _attributes(self) -> list[AttributeDiversityRow]:
        own = self._table("diversity", "attributes", self._group)
        return [row for row in own if isinstance(row, AttributeDiversityRow)]

    def common(self) -> tuple[Common, ...]:
        """Columns in which nearly all real people have one value that others have less often.

        Of fewer than ten people nothing is listed: it would describe persons.
        """
        found = [
            Common(
                row.attribute, row.top_value, row.top_count, row.real, row.top_elsewhere,
                row.top_synthetic, card_sentences.common(row),
            )
            for row in self._attributes
            if row.real >= _FEWEST
            and row.top_count >= _HARDLY_VARY * row.real
            and row.top_elsewhere < _MORE_THAN_OTHERS * row.top_count / row.real
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda one: (one.share_elsewhere, one.attribute)))

    def also(self, findings: Sequence[Finding]) -> tuple[str, ...]:
        """What further questions found, and what the plan asks for."""
        if self._group in self._audit.hidden:
            return ()
        first: dict[str, Finding] = {}
        for finding in findings:
            first.setdefault(finding.question, finding)
        bad = [
            one
            for question, one in first.items()
            if question not in _TOLD and one.verdict in (Verdict.PROBLEM, Verdict.WATCH)
        ]
        said = [card_sentences.also(one, self._audit.answers[one.question].title) for one in bad]
        plan = self._one("collection", CollectionRow)
        if plan is not None and plan.more:
            said.append(card_sentences.planned(plan, self._audit.settings))
        return tuple(said)

    def unseen(self) -> tuple[str, ...]:
        """What the real people of the group cannot have shown."""
        if self.real < 1 and self._tested:  # there are real people, but none was trained on
            return ()
        if self.real < 1:
            return ("nobody of this group is in the real data, so nothing of it was seen",)
        everyone = {
            row.attribute: row
            for row in self._table("drift", "profiles", ())
            if isinstance(row, ProfileRow)
        }
        return card_sentences.unseen(self.real, self.profiles, everyone, self._attributes)

    def collect(self, settings: Settings) -> tuple[Need, ...]:
        """Real people to ask for, most urgent first; of a chain nothing was asked about people."""
        if not self._compared:
            return ()
        wanted = [
            *card_sentences.wanted(settings),
            *[card_sentences.others(one.attribute, one.value, one.share_elsewhere, settings)
              for one in self.common() if one.count == one.of and one.share_elsewhere < 1],
        ]  # fmt: skip
        asked = [
            Need(people, people - self.real, says) for people, says in wanted if people > self.real
        ]
        narrow = card_sentences.made_from_few(self.provenance, settings)
        return (*([Need(self.real, 0, narrow)] if narrow else []), *asked)
