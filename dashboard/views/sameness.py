"""Who has become more alike, and on how many people do they rest?"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import streamlit as st

import audits
import figures
import parts
from audits.cards import Card, card
from audits.charts import heat
from audits.charts.answers import chart
from audits.charts.lorenz import lorenz
from audits.charts.profiles import profile_figure
from audits.estimates import Estimate, in_effect, number, percent
from audits.results import Answer, Group, Row, group_name
from audits.visible import visible
from figures import MOST_DOTS, MOST_ROWS, Takeaway
from parts import Cell, Column, Link
from state import Here

_QUESTION = "Who has become more alike, and on how many people do they rest?"
_CHOSEN = "sameness-chosen"


def show(here: Here) -> None:
    """Show the variety that groups have kept, and the real people behind their rows."""
    audit = here.audit
    assert audit is not None
    asked = [name for name in ("diversity", "provenance") if parts.asked(audit, name)]
    if not asked:
        parts.nothing(_QUESTION, "This audit did not ask whether a group has become more alike.")
        return
    findings = [one for one in audit.findings if one.question in asked]
    parts.begin(_QUESTION, *parts.judged(findings))
    if "diversity" in asked:
        _variety(here, audit)
    if "provenance" in asked:
        _people(here, audit)


# -- variety ---------------------------------------------------------------------------------------


def _variety(here: Here, audit: audits.Audit) -> None:
    answer = audit["diversity"]
    parts.heading("Variety lost, by group and column")
    parts.paragraph(
        "Choose a cell to see real and synthetic members of that group beside each other."
    )
    figure = figures.kept(
        here, "variety", lambda: heat.sameness_heat(answer, theme=parts.theme(), most=MOST_ROWS)
    )
    takeaway = Takeaway(
        "variety-lost", lambda shared: shared["diversity"].to_frame("attributes"), _variety_picture
    )
    clicked = figures.figure_block(
        here, figure, takeaway, key="variety", table=lambda: _variety_table(answer)
    )
    _small(answer)
    if clicked is not None:
        st.session_state[_CHOSEN] = clicked
    _one_group(here, audit, answer)


def _variety_picture(audit: audits.Audit) -> Any:
    from audits.pictures.lost import variety_lost

    return variety_lost(audit["diversity"], most=MOST_ROWS)


def _variety_table(answer: Answer) -> None:
    rows: list[Any] = list(answer.tables.get("attributes", ()))
    rows.sort(key=lambda row: (-row.index.low if row.index.known else 2.0, row.group))
    columns = [
        Column("group"),
        Column("column"),
        Column("variety lost", "right"),
        Column("real", "right"),
        Column("synthetic", "right"),
        Column("most frequent real value"),
    ]
    lines = [_variety_line(row) for row in rows]
    parts.table(columns, lines, caption="Variety lost in every group and column, the most first")


def _variety_line(row: Any) -> list[Cell]:
    return [
        Link(row.group, row.attribute),
        row.attribute,
        _lost(row.index),
        f"{row.real:,}",
        f"{row.synthetic:,}",
        f"{row.top_value} ({row.top_count:,} of {row.real:,})",
    ]


def _lost(index: Estimate) -> str:
    if not index.known:
        return "too few rows to say"
    return f"{percent(index.value)} ({percent(index.low)} to {percent(index.high)})"


def _small(answer: Answer) -> None:
    """Name the groups about which nothing can be said; they are not left out."""
    rows: list[Any] = [row for row in answer.rows if not row.index.known]
    if rows:
        names = ", ".join(f"{group_name(row.group)} ({row.real:,} real)" for row in rows[:20])
        more = f" and {len(rows) - 20:,} more" if len(rows) > 20 else ""
        parts.paragraph(f"Too few rows to say how alike they have become: {names}{more}.")


@parts.piece
def _one_group(here: Here, audit: audits.Audit, answer: Answer) -> None:
    """Show one group's spread over one column, beside everyone's."""
    rows: tuple[Row, ...] = audit["drift"].tables.get("profiles", ()) if _drift(audit) else ()
    if not rows:
        return
    group, attribute = _choice(here.audit_id, answer, rows)
    chosen = profiles_of(audit, group, attribute)
    if not chosen:
        parts.paragraph("How this group is spread over this column was not kept.")
        return
    parts.heading(f"{group_name(group)}: {attribute}", 3)
    profile_block(here, audit, group, attribute, key="sameness-profile")


def _drift(audit: audits.Audit) -> bool:
    return parts.asked(audit, "drift")


def _choice(audit_id: str, answer: Answer, rows: tuple[Row, ...]) -> tuple[Group, str]:
    profiles: tuple[Any, ...] = rows
    groups = list(dict.fromkeys(row.group for row in profiles))
    columns = list(dict.fromkeys(row.attribute for row in profiles))
    keys = f"sameness-group-{audit_id}", f"sameness-column-{audit_id}"
    clicked = st.session_state.pop(_CHOSEN, None)
    if clicked is None and keys[0] not in st.session_state:
        clicked = _most_lost(answer)
    if clicked is not None and clicked[0] in groups and clicked[1] in columns:
        st.session_state[keys[0]] = groups.index(clicked[0])
        st.session_state[keys[1]] = columns.index(clicked[1])
    one, two = st.columns(2)
    group = one.selectbox(
        "Group",
        range(len(groups)),
        format_func=lambda n: visible(group_name(groups[n])),
        key=keys[0],
    )
    column = two.selectbox(
        "Column",
        range(len(columns)),
        format_func=lambda n: visible(columns[n]),
        key=keys[1],
    )
    return groups[group], columns[column]


def _most_lost(answer: Answer) -> tuple[Group, str] | None:
    rows: list[Any] = [row for row in answer.tables.get("attributes", ()) if row.index.known]
    if not rows:
        return None
    most = max(rows, key=lambda row: (row.index.low, row.group))
    return most.group, most.attribute


# -- profiles, also for the card -------------------------------------------------------------------


def profiles_of(audit: audits.Audit, group: Group, attribute: str) -> list[Any]:
    """Return the group's profile of a column, and everyone's beneath it."""
    if not _drift(audit):
        return []
    table: tuple[Any, ...] = audit["drift"].tables.get("profiles", ())
    found = {row.group: row for row in table if row.attribute == attribute}
    return [found[one] for one in dict.fromkeys((group, ())) if one in found and group in found]


def profile_block(
    here: Here, audit: audits.Audit, group: Group, attribute: str, *, key: str
) -> None:
    """Show a group's spread over a column with its table and downloads."""
    rows = profiles_of(audit, group, attribute)
    figure = figures.kept(
        here, "profile", lambda: profile_figure(rows, theme=parts.theme()), group, attribute
    )
    takeaway = Takeaway(
        "profile",
        partial(_profile_frame, group=group, attribute=attribute),
        partial(_profile_picture, group=group, attribute=attribute),
    )
    figures.figure_block(here, figure, takeaway, key=key, table=lambda: _profile_table(rows[0]))


def _profile_frame(audit: audits.Audit, group: Group, attribute: str) -> Any:
    import pandas as pd

    rows = profiles_of(audit, group, attribute)[:1]
    lines = [
        {"group": group_name(group), attribute: part, "real": real, "synthetic": synthetic}
        for row in rows
        for part, real, synthetic in zip(row.labels, row.real, row.synthetic, strict=True)
    ]
    return pd.DataFrame(lines, columns=["group", attribute, "real", "synthetic"])


def _profile_picture(audit: audits.Audit, group: Group, attribute: str) -> Any:
    from audits.errors import UsageError
    from audits.pictures.profiles import profile

    rows = profiles_of(audit, group, attribute)
    if not rows:
        raise UsageError("with small counts hidden, nothing is left of this profile.")
    return profile(rows[0])


def _profile_table(row: Any) -> None:
    columns = [Column("part"), Column("real", "right"), Column("synthetic", "right")]
    real, synthetic = sum(row.real), sum(row.synthetic)
    lines: list[list[Cell]] = [
        [part, _share(a, real), _share(b, synthetic)]
        for part, a, b in zip(row.labels, row.real, row.synthetic, strict=True)
    ]
    caption = f"{group_name(row.group)}, {row.attribute}: {real:,} real, {synthetic:,} synthetic"
    parts.table(columns, lines, caption=caption)


def _share(count: int, total: int) -> str:
    return f"{count:,} ({percent(count / total)})" if total else f"{count:,}"


# -- people ----------------------------------------------------------------------------------------


def _people(here: Here, audit: audits.Audit) -> None:
    parts.heading("People behind the rows")
    answer = audit["provenance"]
    figure = figures.kept(
        here, "provenance", lambda: chart(answer, theme=parts.theme(), most=MOST_DOTS)
    )
    takeaway = Takeaway(
        "people-behind-rows", lambda shared: shared["provenance"].to_frame(), _provenance_picture
    )
    clicked = figures.figure_block(
        here, figure, takeaway, key="provenance", table=lambda: _people_table(answer)
    )
    figures.opening(clicked)
    rows: list[Any] = [row for row in answer.rows if row.people]
    parts.opener([row.group for row in answer.rows if row.group], key="provenance")
    if rows:
        _curve(here, audit, rows)


def _provenance_picture(audit: audits.Audit) -> Any:
    from audits.pictures.dots import dots

    return dots(audit["provenance"], most=MOST_DOTS)


def _people_table(answer: Answer) -> None:
    rows: list[Any] = list(answer.rows)
    rows.sort(key=lambda row: (math.isnan(row.basis), row.basis, row.group))
    columns = [
        Column("group"),
        Column("synthetic rows", "right"),
        Column("real people", "right"),
        Column("people in effect", "right"),
        Column("rows per person in effect", "right"),
    ]
    lines: list[list[Cell]] = [
        [
            Link(row.group) if row.group else group_name(row.group),
            f"{row.synthetic:,}",
            f"{row.real:,}",
            _in_effect(row.effective_people),
            number(row.amplification),
        ]
        for row in rows
    ]
    parts.table(columns, lines, caption="People behind the rows of each group, the fewest first")


def _in_effect(people: Estimate) -> str:
    if not people.known:
        return "unknown"
    return f"{in_effect(people.value)} ({in_effect(people.low)} to {in_effect(people.high)})"


@parts.piece
def _curve(here: Here, audit: audits.Audit, rows: list[Any]) -> None:
    parts.heading("How evenly the rows of a group rest on its people", 3)
    rows = sorted(rows, key=lambda row: (row.basis, row.group))
    place = st.selectbox(
        "Group",
        range(len(rows)),
        format_func=lambda n: visible(group_name(rows[n].group)),
        key="lorenz-group",
    )
    group = rows[place].group
    found: Card = figures.kept(here, "card", lambda: card(audit, group), group)
    lorenz_block(here, found, key="lorenz")


def lorenz_block(here: Here, found: Card, *, key: str) -> None:
    """Show the Lorenz curve of a group's ancestors with its table and downloads."""
    figure = figures.kept(here, "lorenz", lambda: lorenz(found, theme=parts.theme()), found.group)
    takeaway = Takeaway(
        "rows-per-person",
        partial(people_frame, group=found.group),
        partial(_lorenz_picture, group=found.group),
    )
    figures.figure_block(here, figure, takeaway, key=key, table=lambda: people_table(found))


def people_frame(audit: audits.Audit, group: Group) -> Any:
    """Return the rows behind every real person of a group, most first."""
    import pandas as pd

    found = card(audit, group)
    return pd.DataFrame(
        {"person": range(1, len(found.people) + 1), "synthetic rows": list(found.people)}
    )


def _lorenz_picture(audit: audits.Audit, group: Group) -> Any:
    from audits.pictures.lorenz import lorenz as drawn

    return drawn(card(audit, group))


def people_table(found: Card) -> None:
    """Show how many synthetic rows rest on each real person, people of as many joined."""
    columns = [Column("synthetic rows on each", "right"), Column("real people", "right")]
    rows = dict.fromkeys(found.people)
    lines: list[list[Cell]] = [[f"{n:,}", f"{found.people.count(n):,}"] for n in rows]
    parts.table(columns, lines, caption=f"{found.name}: rows that rest on a real person")
