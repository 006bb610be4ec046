"""How each question is answered, in plain words, with the limits that were in force."""

from __future__ import annotations

from audits.reports.blocks import Paragraph, Section
from audits.reports.document_material import Material
from audits.reports.document_questions import in_order
from audits.reports.of_questions import presented
from audits.settings import Settings


def methods(material: Material) -> tuple[Section, ...]:
    """A heading for methods, and a short part for every question."""
    settings = material.audit.settings
    sections = [
        Section("methods", "Methods in plain words", _common(settings, texts=material.texts))
    ]
    for answer in in_order(material):
        name = answer.question
        found = presented(name)
        plain = (answer.asks, "This question comes from a plug-in.")
        said = found.methods(settings) if found else plain
        paragraphs = tuple(Paragraph(text) for text in said)
        sections.append(Section(f"methods-{name}", answer.title, paragraphs, level=2))
    return tuple(sections)


_OF_TEXTS = (
    "Groups are everyone, every value of the columns that form groups or every identity that texts "
    "mention, and crossings of two. Texts are cut into tokens by spaCy's rules for the language; "
    "words are tokens with a letter or a digit, in lower case. What is counted, drawn and tested "
    "are texts, never words: words of one text are not independent of each other."
)


def _common(settings: Settings, *, texts: bool) -> tuple[Paragraph, ...]:
    crossed = (
        "Groups are everyone, every value of a sensitive feature"
        f"{_crossed(settings.intersections)}, found in any of the tables. A missing value forms a "
        "group that is shown and not judged. Inside a group, the columns that define it are not "
        "compared. Every group is measured with one yardstick, taken from the whole real table."
    )
    judged = (
        "A statement is a problem, or to be watched, where its whole interval lies beyond the "
        f"limit and its p value survives adjustment over all groups and columns of the question "
        f"({'Holm 1979' if settings.multiplicity == 'holm' else 'Benjamini & Hochberg 1995'}). It "
        "is ok where the whole interval is short of the limit for a problem and the estimate "
        "short of the limit for watching. All else is not enough evidence. Every verdict is judged "
        "twice more, with limits a fifth lower and a quarter higher, and says whether it would "
        "change."
    )
    return (Paragraph(_OF_TEXTS if texts else crossed), Paragraph(judged))


def _crossed(depth: int) -> str:
    if depth == 1:
        return ""
    return f", and every crossing of {'two' if depth == 2 else f'up to {depth}'} of them"
