"""One page for a board: the worst findings, what to do about them, how sure they are."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from audits.estimates import Estimate, number, percent
from audits.questions.words import capital, listed
from audits.reports.blocks import Block, Bullets, Paragraph, Section, Statement
from audits.reports.document_advice import advice, named
from audits.reports.document_cover import elaborated, headline
from audits.reports.document_material import (
    BAD,
    Material,
    anchor,
    brief,
    in_effect,
    many,
    name_of,
    parts,
    without_name,
)
from audits.reports.document_reasons import amount
from audits.results import Finding, Group, Verdict
from audits.settings import Settings

_MOST = 6
_NAMED = 6  # groups by name in one line


@dataclass
class Story:
    """A group's worst finding, and the crossings in which the same is worst, too."""

    finding: Finding
    inside: list[Group] = field(default_factory=list)


def summary(material: Material, pages: frozenset[Group]) -> tuple[Section, ...]:
    """The sections of the summary; `pages` names the groups that have a page of their own."""
    told = stories(material)
    blocks: list[Block] = [
        Paragraph(f"{headline(material)} {elaborated(material)}".strip(), "lead")
    ]
    lines = joined(told, material)
    blocks += [
        _statement(line[0], material, pages) if len(line) == 1 else _together(line, material)
        for line in lines[:_MOST]
    ]
    if not told and material.audit.findings:
        blocks.append(
            Paragraph(f"No group is beyond a limit, and {material.nouns.whole} is not either.")
        )
    if (left := sum(map(len, lines[_MOST:]))) > 0:
        blocks.append(Paragraph(f"And {left:,} more, in the sections that follow.", "quiet"))
    sections = [Section("summary", "Summary", tuple(blocks), new_page=True, one_page=True)]
    if recommended := advice(material):
        sections.append(Section("advice", "What we recommend", (Bullets(recommended),), level=2))
    sections.append(Section("sure", "How sure this is", (Bullets(how_sure(material)),), level=2))
    return tuple(sections)


def joined(told: list[Story], material: Material) -> list[list[Story]]:
    """Stories of the same kind and verdict as one; a problem keeps its own line if there is room.

    Groups that are gone, and those whose numbers are hidden, are always told together.
    """
    settings, hidden = material.audit.settings, set(material.audit.hidden)
    lines: dict[object, list[Story]] = {}
    crowded = len(told) > _MOST
    for place, story in enumerate(told):
        verdict = story.finding.verdict
        kind = _HIDDEN if story.finding.group in hidden else _kind(story.finding, settings)
        always = kind in (_GONE, _HIDDEN)
        together = always or (kind and (verdict is Verdict.WATCH or crowded))
        lines.setdefault((kind, verdict) if together else place, []).append(story)
    return list(lines.values())


_HIDDEN, _GONE, _FEW, _PART, _GROWN = (
    "Numbers hidden",
    "No synthetic row is left",
    "Resting on few real people in effect",
    "Resting on a part of their real people",
    "Grown share",
)


def _kind(finding: Finding, settings: Settings) -> str:
    """What stories that can be told together have in common; empty where nothing has."""
    evidence = finding.evidence
    if not finding.group or finding.attribute:
        return ""
    if finding.question == "provenance" and _known(evidence.get("basis")):
        few = evidence["basis"] < settings.support_watch
        return _FEW if few else _PART if _known(evidence.get("real")) else ""
    if finding.question != "coverage":
        return amount(finding)[0]
    if evidence.get("synthetic") == 0 and _known(evidence.get("real")) and evidence["real"]:
        return _GONE
    ratio = evidence.get("ratio")
    few = evidence.get("real", 0) < settings.support_watch
    grown = isinstance(ratio, Estimate) and ratio.low > 1 / settings.share_watch
    return _GROWN if grown and not few else ""


def _known(value: object) -> bool:
    return isinstance(value, int | float) and not math.isnan(value)


def _together(told: list[Story], material: Material) -> Statement:
    """Several groups of which the same is found, each with its number."""
    finding = told[0].finding
    hidden = finding.group in material.audit.hidden
    kind = _HIDDEN if hidden else _kind(finding, material.audit.settings)
    names = [name_of(one.finding.group, 40) for one in told]
    said = (
        names
        if hidden
        else [
            f"{name} ({_amount(one.finding, kind)})" for name, one in zip(names, told, strict=True)
        ]
    )
    return Statement(
        finding.verdict,
        f"{kind}: {many(len(told), 'group')}",
        f"{capital(listed(said, most=_NAMED))}.",
        "",
        "hidden" if hidden else f"question-{finding.question}",
    )


def _amount(finding: Finding, kind: str) -> str:
    evidence = finding.evidence
    if kind == amount(finding)[0]:
        return amount(finding)[1]
    if kind == _GROWN:
        return f"{number(evidence['ratio'].value)} times its real share"
    if kind == _GONE:
        return many(evidence["real"], "real person", "real people")
    people = in_effect(float(evidence["basis"]))
    return f"{people} of {evidence['real']:,}" if kind == _PART else people


def stories(material: Material) -> list[Story]:
    """The worst finding of every group that has a bad one of its own; others join their cause.

    A finding is not a group's own where one of the groups it is part of is as bad in the same
    question: that one is the cause, and is told once.
    """
    told: dict[Group, Story] = {}
    joined: list[tuple[Group, Group]] = []
    for group, findings in material.findings.items():
        bad = [finding for finding in findings if finding.verdict in BAD]
        own = [finding for finding in bad if _cause(finding, material) is None]
        if own:
            told[group] = Story(_plainest(own))
        elif bad:
            joined.append((group, _cause(bad[0], material) or ()))
    for group, cause in joined:
        if cause in told:
            told[cause].inside.append(group)
    return sorted(told.values(), key=lambda story: story.finding.verdict.rank)


def _cause(finding: Finding, material: Material) -> Group | None:
    """The most general group that is as bad in the same question; None for a finding of its own.

    What coverage says of everyone is about values, not about anybody's share, and explains none.
    """
    whole: list[Group] = [()] if finding.group and finding.question != "coverage" else []
    for part in [*whole, *parts(finding.group)]:
        verdict = material.verdict(part, finding.question)
        if verdict in BAD and verdict is not None and verdict.rank <= finding.verdict.rank:
            return part
    return None


def _plainest(own: list[Finding]) -> Finding:
    """The worst finding; the one about people where it is as bad, for it says most in few words.

    One whose numbers are hidden says least.
    """
    alike = [finding for finding in own if finding.verdict is own[0].verdict]
    alike = [finding for finding in alike if finding.evidence] or alike
    return next((finding for finding in alike if finding.question == "provenance"), alike[0])


def _statement(story: Story, material: Material, pages: frozenset[Group]) -> Statement:
    finding = story.finding
    card = material.card(finding.group) if finding.question == "provenance" else None
    said = brief(finding) if card is None else card.headline
    return Statement(
        finding.verdict,
        capital(name_of(finding.group)),
        without_name(said, finding.group, finding.attribute),
        " ".join(_remarks(story, material)),
        anchor(finding.group) if finding.group in pages else f"question-{finding.question}",
    )


def _own_verdict(group: Group, question: str, material: Material) -> Verdict | None:
    """A group's verdict in a question; None where a group it is part of explains it."""
    found = (one for one in material.findings[group] if one.question == question)
    first = next(found, None)
    explained = first is None or _cause(first, material) is not None
    return None if explained or first is None else first.verdict


def _explained_by(group: Group, material: Material) -> str:
    """Name the groups whose findings this one shares, so that nobody takes them for absent."""
    causes: dict[Group, None] = {}
    for name in material.audit.answers:
        found = next((one for one in material.findings[group] if one.question == name), None)
        cause = None if found is None else _cause(found, material)
        if cause is not None:
            causes[cause] = None
    if not causes:
        return ""
    return f"beside what holds for {listed([name_of(cause, 40) for cause in causes])}: "


def _remarks(story: Story, material: Material) -> list[str]:
    """What else is bad in the group, and in which crossings."""
    finding = story.finding
    clauses = []
    for verdict, words in ((Verdict.PROBLEM, "a problem in"), (Verdict.WATCH, "to be watched in")):
        names = [
            material.title(name).lower()
            for name in material.audit.answers
            if _own_verdict(finding.group, name, material) is verdict
        ]
        clauses += [f"{words} {listed(names)}"] if names else []
    beside = _explained_by(finding.group, material)
    remarks = [capital(f"{beside}{'; '.join(clauses)}.")]
    if not finding.group:
        same = [
            group
            for group in material.groups
            if (found := material.verdict(group, finding.question)) is not None
            and found.rank <= finding.verdict.rank
        ]
        of = f"{len(same):,} of {many(len(material.groups), 'group')}"
        remarks += [f"The same question finds as much in {of}."] if same else []
    elif story.inside:
        remarks.append(f"Also in {named(story.inside, material)}.")
    if finding.sensitivity != "stable":
        remarks.append(f"Not stable: {finding.sensitivity.removeprefix('flips: ')}.")
    return remarks


def how_sure(material: Material) -> tuple[str, ...]:
    """What speaks for and against relying on the findings."""
    audit = material.audit
    settings = audit.settings
    bad = [finding for finding in audit.findings if finding.verdict in BAD]
    said = []
    if bad:
        stable = sum(finding.sensitivity == "stable" for finding in bad)
        said.append(
            f"{stable:,} of the {many(len(bad), 'finding')} that are problems or to be watched "
            "would stay as they are if the limits were a fifth lower or a quarter higher."
        )
        said.append(
            "They are adjusted for how much was looked at: of the accusations in a question, at "
            f"most {percent(settings.false_discovery_rate)} are expected to be false."
        )
    unknown = audit.counts[Verdict.NOT_ENOUGH_EVIDENCE.value]
    if unknown:
        said.append(
            f"{many(unknown, 'finding')} of {len(audit.findings):,} could not be decided; see "
            "“What could not be judged”."
        )
    if not material.has_reference and "coverage" in audit.answers:
        said.append(
            "No reference population was given: whether the real table itself leaves people out "
            "was not asked."
        )
    if material.input("holdout") is None and "provenance" in audit.answers:
        near = ", and near-copies could not be told" if "copying" in audit.answers else ""
        said.append(
            "No holdout was given: one half of each group's real people stood in for fresh ones"
            f"{near}."
        )
    what = (
        "words and the groups that were looked for"
        if material.texts
        else ("columns that were compared")
    )
    said.append(f"'ok' is said of the {what}, and of no other trait.")
    return tuple(said)
