"""How do groups fare over the audits of one dataset?"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

import figures
import hiding
import keeping
import limits
import parts
import roles
import stores
from audits.briefs import QUANTITIES
from audits.charts.trends import trend_figure
from audits.estimates import many, number
from audits.registry import all_questions
from audits.reports.history_kept import Read, read
from audits.results import Group, group_name
from audits.trends import SAME, Course, Trend, follow
from audits.visible import visible
from keeping import Place
from parts import Cell, Column
from state import Here, sentence
from views import changes

_ASKS = "How do groups fare from audit to audit?"
_REMARKS = 60
_GROUPS = 20
_ALL, _CHANGED = "all groups", "surely changed"


def show(here: Here) -> None:
    """Show the page."""
    audit = here.audit
    assert audit is not None
    place = keeping.place(here.session, here.audit_id, audit)
    known = keeping.names(here.session)
    if not known:
        parts.begin(
            _ASKS,
            "No audit of any dataset is kept yet. Keep this one; with the next one of the same "
            "dataset there is something to follow.",
        )
        changes.keep_form(here, place)
        return
    count = len(place.audits)
    parts.begin(
        _ASKS,
        f"{many(count, 'audit')} of {place.series} {'is' if count == 1 else 'are'} kept."
        if place.series
        else "Audits of other datasets are kept; this audit is not among them.",
    )
    changes.keep_form(here, place)
    _followed(here, place, known)


@parts.piece
def _followed(here: Here, place: Place, known: tuple[str, ...]) -> None:
    series = _series(place, known)
    heads = _heads(here, series)
    for trouble in heads.trouble:
        st.warning(sentence(trouble))
    if not heads.audits:
        st.info("None of these audits can be read by this version of audits.")
        return
    titles = {question.id: question.title for question in all_questions()}
    asked = list(dict.fromkeys(name for one in heads.audits for name in one.brief.asked))
    asked.sort(key=lambda name: name not in QUANTITIES)
    question = st.selectbox(
        "Question", asked, format_func=lambda name: titles.get(name, name),
        key=f"history-question-{series}",
    )  # fmt: skip
    found = _trend(here, series, heads, str(question))
    if floor := hiding.least(roles.person(here.session)):
        parts.paragraph(
            f"Groups with counts below {floor} are left out where they are.", quiet=True
        )
    if not found.courses:
        st.info("Nothing is said of any group to this question.")
    else:
        _one_group(here, found, f"{series}-{question}")
        _verdicts(found, titles.get(str(question), str(question)), f"{series}-{question}")
    _audits(found)


def _series(place: Place, known: tuple[str, ...]) -> str:
    if len(known) == 1:
        return known[0]
    at = known.index(place.series) if place.series in known else 0
    return str(
        st.selectbox("Dataset", known, at, format_func=visible, key=f"history-of-{place.series}")
    )


# -- what is followed ------------------------------------------------------------------------------


def _heads(here: Here, series: str) -> Read:
    return read(stores.store(here.session), series, ())


def _trend(here: Here, series: str, heads: Read, question: str) -> Trend:
    """Follow a question; kept for as long as the history holds the same audits."""
    held: dict[object, Trend] = st.session_state.setdefault("trends", {})
    floor = hiding.least(roles.person(here.session))
    key = (series, question, floor, *(one.digest for one in heads.kept))
    if key not in held:
        while len(held) >= limits.TRENDS_HELD:
            held.pop(next(iter(held)))
        found = read(stores.store(here.session), series, (question,)).audits
        held[key] = follow(keeping.veiled(here.session, found))
    return held[key]


# -- one group -------------------------------------------------------------------------------------


def _one_group(here: Here, found: Trend, key: str) -> None:
    courses = {course.group: course for course in found.courses}
    groups = list(courses)
    wanted = here.group if here.group in courses else next((g for g in groups if g), groups[0])
    chosen = st.selectbox(
        "Group", range(len(groups)), groups.index(wanted),
        format_func=lambda n: visible(group_name(groups[n])), key=f"history-group-{key}",
    )  # fmt: skip
    course = courses[groups[chosen or 0]]
    parts.paragraph(parts.sentence_case(course.says))
    figure = trend_figure(course, found.audits, theme=parts.theme())
    figures.drawn(figure, key=f"history-{key}")
    with st.expander("The same as a table", key=f"history-table-{key}"):
        _points(course, found)


def _points(course: Course, found: Trend) -> None:
    lines: list[list[Cell]] = [
        [
            stamp.label, stamp.made[:10], point.verdict or "not judged",
            number(point.value.value), number(point.value.low), number(point.value.high),
        ]
        for stamp, point in zip(found.audits[::-1], course.points[::-1], strict=True)
    ]  # fmt: skip
    columns = [Column(name) for name in ("Audit", "Kept", "Verdict")]
    columns += [Column(name, "right") for name in (course.label or "number", "From", "To")]
    parts.table(
        columns, lines, caption=f"{group_name(course.group)}, the last audit first; {course.best}"
    )


# -- all groups ------------------------------------------------------------------------------------


def _verdicts(found: Trend, title: str, key: str) -> None:
    parts.heading(f"{title}: verdicts of every group")
    changed = [course for course in found.courses if course.trend != SAME]
    parts.paragraph(
        f"In this question {len(changed):,} of {len(found.courses):,} surely changed from the "
        "first audit to the last; of the others there is no evidence that they did."
    )
    which = st.pills(
        "Groups", [_ALL, _CHANGED], default=_ALL, key=f"history-which-{key}", required=True,
    )  # fmt: skip
    courses = changed if which == _CHANGED else list(found.courses)
    if not courses:
        st.info("No group surely changed.")
        return
    first = _paged(len(courses), _GROUPS, "Groups", f"history-groups-{key}")
    newest = _paged(len(found.audits), limits.AUDITS_ACROSS, "Audits", f"history-audits-{key}")
    end = len(found.audits) - newest
    across = slice(max(end - limits.AUDITS_ACROSS, 0), end)
    _table(title, found, courses[first : first + _GROUPS], across)


def _paged(count: int, size: int, what: str, key: str) -> int:
    """Return where the chosen page begins; one page asks for nothing."""
    if count <= size:
        return 0
    page = st.pagination(-(-count // size), key=key)
    start = (page - 1) * size
    order = " (newest first)" if what == "Audits" else ""
    parts.paragraph(
        f"{what} {start + 1:,} to {min(start + size, count):,} of {count:,}{order}.", quiet=True
    )
    return start


def _table(title: str, found: Trend, courses: Sequence[Course], across: slice) -> None:
    stamps = found.audits[across]
    lines: list[list[Cell]] = [
        [
            _name(course.group), course.trend.replace(" ", "\u00a0"),
            *(point.verdict or "not judged" for point in course.points[across]),
        ]
        for course in courses
    ]  # fmt: skip
    parts.table(
        [
            Column("Group"),
            Column("From first to last"),
            *(Column(_short(one.label)) for one in stamps),
        ],
        lines,
        caption=f"{title}: the worst verdict of each group in each audit, oldest audit to the "
        "left, the group that is worst today on top",
    )


def _name(group: Group) -> str:
    return visible(group_name(group))


def _short(label: str) -> str:
    return label if len(label) <= limits.LABEL else f"{label[: limits.LABEL]}…"


# -- the audits ------------------------------------------------------------------------------------


def _audits(found: Trend) -> None:
    with st.expander(f"The audits ({len(found.audits):,}), and what moved beside the data"):
        parts.table(
            [*(Column(name) for name in ("Audit", "Kept", "Worst", "Table")),
             Column("Rows", "right"), Column("Findings")],
            [
                [stamp.label, stamp.made[:16].replace("T", " "), stamp.verdict, stamp.synthetic,
                 f"{stamp.rows:,}",
                 ", ".join(f"{n:,} {verdict}" for verdict, n in stamp.counts.items() if n)]
                for stamp in found.audits[::-1]
            ],
            caption="The last audit first",
        )  # fmt: skip
        parts.bullets([parts.sentence_case(one) for one in found.remarks[-_REMARKS:]])
        if len(found.remarks) > _REMARKS:
            parts.paragraph(
                f"The last {_REMARKS} of {len(found.remarks):,}; audits history show has all.",
                quiet=True,
            )
