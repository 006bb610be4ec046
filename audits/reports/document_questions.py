"""A section per question: what it asks, its picture, its tables with the worst lines first."""

from __future__ import annotations

from audits.questions.words import capital, listed
from audits.reports.blocks import Block, Bullets, Paragraph, Section, Statement
from audits.reports.document_material import (
    BAD,
    Material,
    anchor,
    brief,
    many,
    name_of,
    without_name,
)
from audits.reports.document_pictures import of_answer
from audits.reports.document_tables import tables_of_answer
from audits.reports.of_questions import presented
from audits.results import Answer, Finding, Group, Verdict

_SHOWN = 3  # findings written out where the picture and the table say the rest
_ALONE = 12  # where there is no picture


def questions(material: Material, pages: frozenset[Group]) -> tuple[Section, ...]:
    """A section for every question that was asked."""
    return tuple(_section(answer, material, pages) for answer in in_order(material))


def in_order(material: Material) -> list[Answer]:
    """The answers, those that judge first: what to do about it comes after what is wrong."""
    answers = material.audit.answers
    return sorted(answers.values(), key=lambda answer: answer.question not in material.judging)


def titled(answer: Answer) -> str:
    """A question's title and what it is about."""
    found = presented(answer.question)
    return f"{answer.title}: {found.about}" if found else answer.title


def _section(answer: Answer, material: Material, pages: frozenset[Group]) -> Section:
    blocks: list[Block] = [Paragraph(answer.asks, "lead")]
    if answer.question in material.judging:
        blocks.append(Paragraph(_counted(answer, material)))
    found = presented(answer.question)
    blocks += [Paragraph(text) for text in (found.lead(answer) if found else ())]
    figures = of_answer(answer)
    blocks += figures
    blocks += _worst(answer, material, pages, _SHOWN if figures else _ALONE)
    blocks += tables_of_answer(answer, material)
    if answer.notes:
        blocks.append(Bullets(answer.notes))
    return Section(f"question-{answer.question}", titled(answer), tuple(blocks))


def _counted(answer: Answer, material: Material) -> str:
    """How many groups have which verdict in this question, in one sentence."""
    name = answer.question
    counts = {verdict: len(material.having(verdict, name)) for verdict in Verdict}
    judged = sum(counts.values())
    whole = material.verdict((), name)
    said = [f"{count:,} {_WORDS[verdict]}" for verdict, count in counts.items() if count]
    sentence = f"Of {many(judged, 'group')}, {listed(said)}." if said else "No group was judged."
    if whole is not None:
        sentence += f" {capital(material.nouns.whole)}: {whole.value}."
    return sentence


_WORDS = {
    Verdict.PROBLEM: "with a problem",
    Verdict.WATCH: "to be watched",
    Verdict.NOT_ENOUGH_EVIDENCE: "without enough evidence",
    Verdict.OK: "ok",
}


def _worst(
    answer: Answer, material: Material, pages: frozenset[Group], most: int
) -> list[Statement]:
    """The worst findings, one for each group."""
    first: dict[Group, Finding] = {}
    for finding in material.audit.findings:
        if finding.question == answer.question and finding.verdict in BAD:
            first.setdefault(finding.group, finding)
    hidden = set(material.audit.hidden)
    told = [finding for finding in first.values() if finding.group not in hidden]
    told.sort(key=lambda finding: (finding.verdict.rank, not finding.evidence))
    # of those whose numbers are hidden no sentence says more than the verdict in the table
    return [statement(finding, pages) for finding in (told or list(first.values()))[:most]]


def statement(
    finding: Finding, pages: frozenset[Group], title: str = "", *, short: bool = False
) -> Statement:
    """A finding in its own words, or in `short`, under the group's name or a title of its own."""
    flips = finding.sensitivity
    return Statement(
        finding.verdict,
        title or capital(name_of(finding.group)),
        without_name(
            brief(finding) if short else finding.because, finding.group, finding.attribute
        ),
        "" if flips == "stable" else f"Not stable: {flips.removeprefix('flips: ')}.",
        anchor(finding.group) if finding.group in pages else "",
    )
