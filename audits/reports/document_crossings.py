"""Where groups overlap, and every group by every question."""

from __future__ import annotations

from typing import Any, Literal

from audits.estimates import Estimate
from audits.questions.words import capital
from audits.reports.blocks import Block, Column, Paragraph, Section, Table
from audits.reports.document_material import (
    Material,
    cut,
    many,
    name_of,
    parts,
    ranged,
    whole,
)
from audits.reports.document_pictures import of_crossings
from audits.results import Group, Verdict

_LINES = 24
_MATRIX = 60
_ROOMY = 4  # questions in the words of whose verdicts there is room


def crossings(material: Material) -> tuple[Section, ...]:
    """Groups where features meet, those that are worse than each of their parts first."""
    crossed = [group for group in material.groups if len(group) > 1]
    if not crossed:
        return ()
    worse = [group for group in crossed if _worse_than_parts(group, material)]
    chosen = [*worse, *(group for group in crossed if group not in set(worse))]
    lines = tuple(_crossing(group, material, group in set(worse)) for group in chosen[:_LINES])
    lead = (
        "A group can be well kept on each feature and still vanish, or become alike, where two "
        "features meet."
    )
    count = f"{len(worse):,}" if worse else "None"
    verb = "is" if len(worse) < 2 else "are"
    said = (
        f"{count} of {many(len(crossed), 'crossing')} {verb} worse than each of the groups that "
        "meet there."
    )
    note = cut(len(lines), len(chosen), "crossings")
    if worse:
        note = f"Those worse than each of their parts come first. {note}".strip()
    nouns = material.nouns
    table = Table(
        (
            Column("Crossing", width=0.3),
            Column(nouns.first if material.chain else capital(nouns.real), "right"),
            Column(nouns.last if material.chain else capital(nouns.synthetic), "right"),
            Column("Share kept" if material.chain else "Ratio", "right"),
            Column("Verdict"),
            Column("Its parts", width=0.24),
        ),
        lines,
        "Crossings of sensitive features",
        note,
    )
    blocks: tuple[Block, ...] = (
        Paragraph(lead, "lead"),
        Paragraph(said),
        *of_crossings(material),
        table,
    )
    return (Section("crossings", "Where groups overlap", blocks),)


def _worse_than_parts(group: Group, material: Material) -> bool:
    own = material.verdict(group)
    found = [material.verdict(part) for part in parts(group)]
    known = [verdict for verdict in found if verdict is not None]
    return own is not None and bool(known) and all(own.rank < other.rank for other in known)


def _ratio(row: Any) -> str:
    """The share of a group that is left, of whichever question measured it."""
    found = getattr(row, "ratio", None) or getattr(row, "share_ratio", None)
    return ranged(found) if isinstance(found, Estimate) else "–"


def _crossing(group: Group, material: Material, worse: bool) -> tuple[str | Verdict, ...]:
    row = material.counted.get(group)
    verdict = material.verdict(group)
    found = [(part, material.verdict(part)) for part in parts(group) if len(part) == 1]
    said = "; ".join(f"{name_of(part, 30)}: {v.value}" for part, v in found if v is not None)
    return (
        name_of(group, 60),
        whole(getattr(row, "real", None)),
        whole(getattr(row, "synthetic", None)),
        _ratio(row),
        verdict if verdict is not None else "not judged",
        f"worse than {said}" if worse else said,
    )


# -- everything at a glance ------------------------------------------------------------------------


def matrix(material: Material, level: Literal[1, 2]) -> tuple[Section, ...]:
    """The worst verdict of every group in every question."""
    groups = [*([()] if () in material.findings else []), *material.groups]
    names = list(material.judging)
    if not groups or (material.chain and len(names) == 1):
        return ()  # the table of the only question says it all
    lines = tuple(
        (name_of(group, 60), *(material.verdict(group, name) or "–" for name in names))
        for group in groups[:_MATRIX]
    )
    heads = (Column("Group", width=0.28), *(Column(material.title(name)) for name in names))
    note = cut(len(lines), len(groups), "groups")
    caption = "The worst verdict of every group in every question"
    said = "Read along a line for one group, down a column for one question."
    brief = len(names) > _ROOMY
    table = Table(heads, lines, caption, note, brief)
    title = "Every group, every question"
    return (Section("matrix", title, (Paragraph(said), table), level=level),)
