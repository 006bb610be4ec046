"""Everything known about one group, on one page."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

import audits
import figures
import parts
import state
from audits.cards import Card, Common, card
from audits.charts.strip import strip
from audits.errors import UnknownNameError
from audits.estimates import Estimate, in_effect, number, percent
from audits.results import Group, group_name
from audits.visible import visible
from figures import Takeaway
from parts import Cell, Column, Link
from state import Here
from views.generations import course_block
from views.sameness import people_frame, people_table, profile_block, profiles_of


def show(here: Here) -> None:
    """Show the card of the group in the address; without one, those there are."""
    audit = here.audit
    assert audit is not None
    if st.button("Back to findings", icon=":material/arrow_back:", type="tertiary"):
        state.go(state.FINDINGS)
    found = _card(here, audit)
    if found is None:
        return
    parts.begin(found.name, found.headline, found.verdict)
    titles = {name: audit[name].title for name in found.verdicts}
    parts.verdicts([(titles[name], verdict) for name, verdict in found.verdicts.items()])
    if audit.of_texts:
        parts.paragraph(_texts(audit, found.group))
    else:
        _numbers(found, chain=parts.asked(audit, "generations"))
    if parts.asked(audit, "generations"):
        _generations(here, audit, found)
    elif not audit.of_texts:
        _compared(here, audit, found)
    parts.heading("What was found")
    parts.findings_list(found.findings)


def _texts(audit: audits.Audit, group: Group) -> str:
    """How many texts are of a group, as far as it is not hidden."""
    rows: list[Any] = [row for answer in audit.answers.values() for row in answer.rows]
    row = next((row for row in rows if row.group == group and hasattr(row, "synthetic")), None)
    if row is None or group in audit.hidden:
        return "How many texts are of this group is hidden, as it is few."
    real = f"{row.real:,} real and " if row.real else ""
    return f"{real}{row.synthetic:,} synthetic texts are of this group."


def _compared(here: Here, audit: audits.Audit, found: Card) -> None:
    """Show what a comparison of two tables knows of a group."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        _people(here, found)
    with right:
        _common(found)
    one, two = st.columns(2, gap="large")
    with one:
        _said("What was probably never seen", found.unseen)
    with two:
        _said("What could not have been noticed", found.unnoticed)
    if found.also:
        _said("What else was found", found.also)
    _collect(found)
    _profiles(here, audit, found)


def _generations(here: Here, audit: audits.Audit, found: Card) -> None:
    """Show what became of a group in a chain, of which nothing else was asked."""
    course_block(here, audit["generations"], found.group, key="group-courses")
    if found.unseen:
        _said("What was probably never seen", found.unseen)


def _card(here: Here, audit: audits.Audit) -> Card | None:
    group = here.group
    if group:
        try:
            return figures.kept(here, "card", lambda: card(audit, group), group)  # type: ignore[no-any-return]
        except UnknownNameError:
            pass
    said = f"This audit has no group {group_name(group)}." if group else "No group was chosen."
    parts.begin("Which group?", f"{said} Choose one of these.")
    groups = [one for one in _groups(audit) if one]
    parts.opener(groups, key="which")
    lines: list[list[Cell]] = [[Link(one)] for one in groups]
    parts.table([Column("group")], lines, caption="Groups of this audit")
    return None


def _groups(audit: audits.Audit) -> list[Group]:
    found: dict[Group, None] = {}
    for answer in audit.answers.values():
        found.update(dict.fromkeys(row.group for row in answer.rows))
    return list(found)


# -- people ----------------------------------------------------------------------------------------


def _people(here: Here, found: Card) -> None:
    parts.heading("The people behind the rows")
    if found.people_says:
        parts.paragraph(parts.sentence_case(found.people_says))
    if not found.people:
        parts.paragraph(
            f"{found.synthetic:,} synthetic rows and {found.real:,} real people: too many to be "
            "drawn one by one, or not all of them were searched."
            if found.real and found.synthetic
            else "There is nothing to draw: one of the tables has nobody of this group."
        )
        return
    figure = figures.kept(here, "strip", lambda: strip(found, theme=parts.theme()), found.group)
    takeaway = Takeaway(
        "people",
        partial(people_frame, group=found.group),
        partial(_picture, group=found.group),
    )
    figures.figure_block(here, figure, takeaway, key="strip", table=lambda: people_table(found))


def _picture(audit: audits.Audit, group: Group) -> Any:
    from audits.pictures.card import strip as drawn

    return drawn(card(audit, group))


def _numbers(found: Card, *, chain: bool) -> None:
    rows = "rows of the last generation" if chain else "synthetic rows"
    shown = [
        (f"{found.synthetic:,}", f"{rows}{_of_all(found.synthetic_share)}"),
        (f"{found.real:,}", f"real people{_of_all(found.real_share)}"),
    ]
    if found.basis.known:
        shown.append((in_effect(found.basis.value), f"people in effect ({_range(found.basis)})"))
    if found.amplification == found.amplification:
        shown.append((number(found.amplification), "rows per person in effect"))
    parts.tiles(shown)


def _of_all(share: Estimate) -> str:
    return f", {percent(share.value)} of all" if share.known else ""


def _range(estimate: Estimate) -> str:
    return f"{in_effect(estimate.low)} to {in_effect(estimate.high)}"


# -- what they share, what is missing --------------------------------------------------------------


def _common(found: Card) -> None:
    parts.heading("What they have in common")
    if not found.common:
        parts.paragraph("Nothing stands out that all of them share and others do not.")
        return
    columns = [
        Column("all, or nearly all, are"),
        Column("of them", "right"),
        Column("of everyone else", "right"),
        Column("of their rows", "right"),
    ]
    lines: list[list[Cell]] = [_shared(one) for one in found.common]
    parts.table(columns, lines, caption="Values that the real people share")


def _shared(one: Common) -> list[Cell]:
    return [
        f"{one.value} ({one.attribute})",
        f"{one.count:,} of {one.of:,}",
        percent(one.share_elsewhere),
        percent(one.share_synthetic),
    ]


def _said(title: str, texts: tuple[str, ...]) -> None:
    parts.heading(title)
    if texts:
        parts.bullets(texts)
    else:
        parts.paragraph("Nothing that this audit could tell.")


def _collect(found: Card) -> None:
    parts.heading("What to do, and whom to ask")
    if not found.collect:
        parts.paragraph("Nobody need be asked for what this audit judges.")
        return
    columns = [Column("what for"), Column("real people", "right"), Column("more", "right")]
    lines: list[list[Cell]] = [
        [parts.sentence_case(need.says), f"{need.people:,}", f"{need.more:,}" if need.more else "–"]
        for need in found.collect
    ]
    parts.table(columns, lines, caption="Real people needed, and how many more than there are")


# -- profiles --------------------------------------------------------------------------------------


@parts.piece
def _profiles(here: Here, audit: audits.Audit, found: Card) -> None:
    parts.heading("Real and synthetic members, column by column")
    columns = [row.attribute for row in found.profiles]
    if not columns:
        parts.paragraph("How this group is spread over the columns was not kept.")
        return
    lead = _lead(here, found, columns)
    place = st.selectbox(
        "Column",
        range(len(columns)),
        index=lead,
        format_func=lambda n: visible(columns[n]),
        key=f"profile-{state.group_text(found.group)}",
    )
    if profiles_of(audit, found.group, columns[place]):
        profile_block(here, audit, found.group, columns[place], key="profile")


def _lead(here: Here, found: Card, columns: list[str]) -> int:
    """Return the column of the address, or the one about which most was found."""
    named = [here.attribute, *(one.attribute for one in found.findings)]
    return next((columns.index(one) for one in named if one in columns), 0)
