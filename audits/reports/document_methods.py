"""How each question is answered, in plain words, with the limits that were in force."""

from __future__ import annotations

from collections.abc import Callable

from audits.estimates import number, percent
from audits.reports.blocks import Paragraph, Section
from audits.reports.document_material import Material
from audits.settings import Settings


def methods(material: Material) -> tuple[Section, ...]:
    """A heading for methods, and a short part for every question."""
    settings = material.audit.settings
    sections = [Section("methods", "Methods in plain words", _common(settings))]
    for name, answer in material.audit.answers.items():
        words = _WORDS.get(name)
        said = words(settings) if words else (answer.asks, "This question comes from a plug-in.")
        paragraphs = tuple(Paragraph(text) for text in said)
        sections.append(Section(f"methods-{name}", answer.title, paragraphs, level=2))
    return tuple(sections)


def _common(settings: Settings) -> tuple[Paragraph, ...]:
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
    return (Paragraph(crossed), Paragraph(judged))


def _crossed(depth: int) -> str:
    if depth == 1:
        return ""
    return f", and every crossing of {'two' if depth == 2 else f'up to {depth}'} of them"


def _coverage(settings: Settings) -> tuple[str, ...]:
    return (
        "A group's share is its rows over all rows of its table, with an interval (Wilson 1927). "
        "The synthetic share is divided by the real one, and the interval of the ratio minds that "
        "both tables are samples (Koopman 1984). Where a reference population is given, real and "
        "synthetic shares are compared with it as well: the first shows what the sample did, the "
        "second what sample and generator did together.",
        f"A ratio below {number(settings.share_watch)} is watched, below "
        f"{number(settings.share_problem)} a problem. Growth beyond "
        f"{number(1 / settings.share_watch)} times the real share is watched unless the reference "
        f"asks for it. Fewer than {settings.support_problem:,} real people are a problem, fewer "
        f"than {settings.support_watch:,} are watched; synthetic rows never count as people. "
        "Values and combinations that vanished are tested exactly (Fisher 1935).",
    )


def _drift(settings: Settings) -> tuple[str, ...]:
    return (
        "Columns with categories are compared by the share of people who would have to change "
        f"category: from {percent(settings.drift_watch)} watched, from "
        f"{percent(settings.drift_problem)} a problem. Numbers, dates and ordered values are "
        "compared by the average shift, in standard deviations: from "
        f"{number(settings.shift_watch)} watched, from {number(settings.shift_problem)} a problem. "
        "What chance alone would show is taken off first. Gaps are compared like values.",
        "All pairs of columns together show combinations that moved though no single column did. A "
        "classifier tries to tell real from synthetic rows; a chance of "
        f"{number(settings.auc_watch)} of telling them apart is watched, of "
        f"{number(settings.auc_problem)} a problem, and clearly below one half it means rows that "
        "are near-copies of real ones. For every group it is said which move would have gone "
        "unnoticed.",
    )


def _diversity(settings: Settings) -> tuple[str, ...]:
    return (
        "Variety is the mean difference of two different members of a group (Rao 1982), which is "
        "fair to groups of any size. The share of it that is lost is watched from "
        f"{percent(settings.sameness_watch)} and a problem from "
        f"{percent(settings.sameness_problem)}, over all columns and column by column.",
        f"Where all real members of a group of at most {settings.support_watch:,} have one value "
        "that others often lack, the sameness is inherited from the sample: it is watched and "
        f"named, for no generator can undo it. Groups of at most {settings.support_problem:,} real "
        "people are never ok here, in drift or in provenance.",
    )


def _provenance(settings: Settings) -> tuple[str, ...]:
    return (
        "Every synthetic row is attributed to the nearest real person of its group (Gower 1971); "
        "ties are shared. From how often each person is used follows how many people stand behind "
        "the group in effect. How widely rows are spread over people is compared with fresh real "
        "people: those of the holdout, or one half of the group with the other.",
        f"Resting on fewer than {settings.basis_problem:,} people in effect is a problem, and so "
        f"is resting on at most {settings.support_problem:,} with more than "
        f"{settings.amplification_limit:g} rows for each. Fewer than "
        f"{settings.support_watch:,} are watched. A spread whose whole interval is below "
        f"{number(settings.kappa_problem)} times that of fresh people is a problem, below "
        f"{number(settings.kappa_watch)} it is watched. Nearest is an attribution, not a proof.",
    )


_WORDS: dict[str, Callable[[Settings], tuple[str, ...]]] = {
    "coverage": _coverage,
    "drift": _drift,
    "diversity": _diversity,
    "provenance": _provenance,
}
