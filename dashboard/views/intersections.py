"""Where do groups vanish together?"""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

import audits
import figures
import parts
from audits.charts import heat
from audits.charts.answers import chart
from audits.pictures.crossed import crossed
from audits.pictures.ranked_reference import too_few
from audits.results import Answer, Group
from figures import MOST_DOTS, Takeaway
from state import Here
from views.representation import group_table

_QUESTION = "Where do groups vanish together?"
_TITLES = {
    "coverage": "share kept",
    "provenance": "people they rest on",
    "diversity": "variety lost",
    "drift": "looking unlike themselves",
    "stereotypes": "ties to other columns that changed",
    "copying": "rows of real people",
    "plausibility": "rows that could hardly be",
    "fairness": "served less well by a model trained on synthetic rows",
}
_MOST_LEVELS = 60
_FEWEST = 10


def show(here: Here) -> None:
    """Show the intersections that fare worst, and any two features crossed."""
    audit = here.audit
    assert audit is not None
    there = _crossed(audit) if any(name in audit.answers for name in _TITLES) else []
    if not there:
        parts.nothing(
            _QUESTION,
            "This audit asked no question about crossed sensitive features: choose two or more "
            "on the page Data and run it again.",
        )
        return
    known = set(there)
    findings = [one for one in audit.findings if one.group in known]
    parts.begin(_QUESTION, *parts.judged(findings))
    fewest = _fewest()
    groups = [group for group in there if _size(audit, group) >= fewest]
    if groups:
        _ranked(here, audit, groups, fewest)
    else:
        parts.paragraph(f"No intersection has {fewest:,} real people or more.")
    _named_small(audit, there, fewest)
    parts.opener(there, key="intersections")
    if parts.asked(audit, "coverage"):
        _two_features(here, audit, fewest)


def _crossed(audit: audits.Audit) -> list[Group]:
    found: dict[Group, None] = {}
    for answer in audit.answers.values():
        found.update(dict.fromkeys(row.group for row in answer.rows if len(row.group) > 1))
    return list(found)


def _fewest() -> int:
    one, _ = st.columns(2)
    return int(
        one.number_input(
            "Fewest real people", min_value=0, max_value=100_000, value=_FEWEST,
            help="Intersections of fewer real people are named, and have no rate.",
        )
    )  # fmt: skip


def _question(audit: audits.Audit) -> str:
    one, _ = st.columns(2)
    asked = [name for name in _TITLES if name in audit.answers]
    return str(one.selectbox("Rank by", asked, format_func=_TITLES.get))


def _size(audit: audits.Audit, group: Group) -> int:
    return _sizes(audit).get(group, 0)


def _sizes(audit: audits.Audit) -> dict[Group, int]:
    held = st.session_state.get("sizes")
    if held is None or held[0] is not audit:
        rows: list[Any] = [row for answer in audit.answers.values() for row in answer.rows]
        held = (audit, {row.group: row.real for row in rows if hasattr(row, "real")})
        st.session_state["sizes"] = held
    return held[1]  # type: ignore[no-any-return]


@parts.piece
def _ranked(here: Here, audit: audits.Audit, groups: list[Group], fewest: int) -> None:
    """Show the intersections by what is chosen here, the worst first."""
    question = _question(audit)
    figure = figures.kept(
        here,
        "intersections",
        lambda: chart(audit[question], theme=parts.theme(), groups=groups, most=MOST_DOTS),
        question,
        fewest,
    )
    takeaway = Takeaway(
        f"intersections-{question}",
        lambda shared: _frame(shared[question], groups),
        partial(_picture, question=question, groups=groups),
    )
    clicked = figures.figure_block(
        here,
        figure,
        takeaway,
        key=f"intersections-{question}",
        table=lambda: _table(audit, question, groups, fewest),
    )
    figures.opening(clicked)


def _table(audit: audits.Audit, question: str, groups: list[Group], fewest: int) -> None:
    if question == "coverage":
        group_table(audit, groups, fewest)
    else:
        parts.finding_table(audit, question, groups)


def _frame(answer: Answer, groups: list[Group]) -> Any:
    from audits.reports.frames import frame_of

    return frame_of([row for row in answer.rows if row.group in set(groups)])


def _picture(audit: audits.Audit, question: str, groups: list[Group]) -> Any:
    from audits.pictures.dots import dots

    return dots(audit[question], groups, most=MOST_DOTS)


def _named_small(audit: audits.Audit, there: list[Group], fewest: int) -> None:
    small = [group for group in there if _size(audit, group) < fewest]
    if not small:
        return
    _small(audit, small, fewest, f"{len(small):,} of {len(there):,}")


@parts.piece
def _small(audit: audits.Audit, small: list[Group], fewest: int, how_many: str) -> None:
    label = f"{how_many} have fewer real people than {fewest:,}"
    beneath = st.expander(label, key="small-beneath", on_change="rerun")
    if beneath.open:
        with beneath:
            group_table(audit, small, fewest)


# -- two features crossed --------------------------------------------------------------------------


@parts.piece
def _two_features(here: Here, audit: audits.Audit, fewest: int) -> None:
    parts.heading("Two features crossed")
    features = list(audit.sensitive_features)
    one, two = st.columns(2)
    first = one.selectbox("Down", features, format_func=audits_name, key="crossed-first")
    others = [name for name in features if name != first]
    second = two.selectbox("Across", others, format_func=audits_name, key="crossed-second")
    coverage = audit["coverage"]
    rows = crossed(coverage, first, second)
    if not rows:
        parts.paragraph(f"This audit did not cross {first} and {second}.")
        return
    for name in (first, second):
        levels = len({dict(row.group)[name] for row in rows})
        if levels > _MOST_LEVELS:
            parts.paragraph(
                f"{name} has {levels} values, too many to be read side by side: join them into "
                f"at most {_MOST_LEVELS} (bands for numbers) on the Data page, and run it again."
            )
            return
    figure = figures.kept(
        here,
        "crossed",
        lambda: heat.ratio_heat(too_few(coverage, fewest), first, second, theme=parts.theme()),
        first,
        second,
        fewest,
    )
    groups = [row.group for row in rows]
    takeaway = Takeaway(
        "crossed",
        lambda shared: _frame(too_few(shared["coverage"], fewest), groups),
        partial(_crossing, first=first, second=second, fewest=fewest),
    )
    clicked = figures.figure_block(
        here,
        figure,
        takeaway,
        key="crossed",
        table=lambda: group_table(audit, groups, fewest),
    )
    figures.opening(clicked)


def audits_name(name: str) -> str:
    """Return a column's name for a list of choices, which shows text as it is."""
    from audits.visible import visible

    return visible(name)


def _crossing(audit: audits.Audit, first: str, second: str, fewest: int) -> Any:
    from audits.pictures.heat import crossing

    return crossing(too_few(audit["coverage"], fewest), first, second)
