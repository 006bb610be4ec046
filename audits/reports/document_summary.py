"""One page for a board: the worst findings, what to do about them, how sure they are."""

from __future__ import annotations

from dataclasses import dataclass, field

from audits.estimates import percent
from audits.questions.words import listed
from audits.reports.blocks import Block, Bullets, Paragraph, Section, Statement
from audits.reports.document_advice import advice
from audits.reports.document_cover import elaborated, headline
from audits.reports.document_material import BAD, Material, anchor, many, name_of, parts
from audits.results import Finding, Group, Verdict

_MOST = 6
_NAMED = 4


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
    blocks += [_statement(story, material, pages) for story in told[:_MOST]]
    if not told and material.audit.findings:
        blocks.append(
            Paragraph("No group is beyond a limit, and the table as a whole is not either.")
        )
    if (left := len(told) - _MOST) > 0:
        blocks.append(Paragraph(f"And {left:,} more, in the sections that follow.", "quiet"))
    sections = [Section("summary", "Summary", tuple(blocks), new_page=True)]
    if recommended := advice(material):
        sections.append(Section("advice", "What we recommend", (Bullets(recommended),), level=2))
    sections.append(Section("sure", "How sure this is", (Bullets(how_sure(material)),), level=2))
    return tuple(sections)


def stories(material: Material) -> list[Story]:
    """The worst finding of every group that has a bad one; crossings join the group they are in.

    A crossing joins where one of its parts is as bad, and bad in the question that is worst in the
    crossing: the part is then the cause, and is told once.
    """
    told: dict[Group, Story] = {}
    for group, findings in material.findings.items():
        if findings[0].verdict not in BAD:
            continue
        cause = _cause(group, findings[0], material)
        if cause is None:
            told.setdefault(group, Story(findings[0]))
            continue
        lead = material.findings[cause][0]
        told.setdefault(cause, Story(lead)).inside.append(group)
    return list(told.values())


def _cause(group: Group, worst: Finding, material: Material) -> Group | None:
    """The first part of a crossing that explains its worst finding."""
    for part in parts(group):
        same = material.verdict(part, worst.question)
        if same in BAD and material.findings[part][0].verdict.rank <= worst.verdict.rank:
            return _cause(part, material.findings[part][0], material) or part
    return None


def _statement(story: Story, material: Material, pages: frozenset[Group]) -> Statement:
    finding = story.finding
    card = material.card(finding.group)
    return Statement(
        finding.verdict,
        name_of(finding.group),
        card.headline if card is not None and card.headline else finding.because,
        " ".join(_remarks(story, material)),
        anchor(finding.group) if finding.group in pages else f"question-{finding.question}",
    )


def _remarks(story: Story, material: Material) -> list[str]:
    """What else is bad in the group, and in which crossings."""
    finding = story.finding
    others = [
        f"{material.title(name).lower()} ({verdict.value})"
        for name in material.audit.answers
        if name != finding.question
        and (verdict := material.verdict(finding.group, name)) in BAD
        and verdict is not None
    ]
    remarks = [f"Found by {material.title(finding.question).lower()}."]
    if others:
        remarks = [f"Found by {material.title(finding.question).lower()}; also {listed(others)}."]
    if story.inside:
        names = [name_of(group, 40) for group in story.inside]
        remarks.append(f"Holds within it for {listed(names, most=_NAMED)}.")
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
            "They are adjusted for how many groups and columns were looked at: of the accusations "
            f"in a question, at most {percent(settings.false_discovery_rate)} are expected to be "
            "false."
        )
    unknown = audit.counts[Verdict.NOT_ENOUGH_EVIDENCE.value]
    if unknown:
        said.append(
            f"{many(unknown, 'finding')} of {len(audit.findings):,} could not be decided; see "
            "“What could not be judged”."
        )
    if not material.has_reference:
        said.append(
            "No reference population was given: whether the real table itself leaves people out "
            "was not asked."
        )
    if material.input("holdout") is None and "provenance" in audit.answers:
        said.append(
            "No holdout was given: fresh real people were stood in for by halves of each group."
        )
    said.append("'In order' is said of the columns that were compared, and of no other trait.")
    return tuple(said)
