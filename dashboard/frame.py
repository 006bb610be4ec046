"""What stands around every page: session, navigation, the choice of the audit."""

from __future__ import annotations

import streamlit as st

import logins
import parts
import state
from audits.charts.looks import colours
from audits.errors import AuditError
from audits.results import Audit
from audits.settings import JUDGING, settings_declared
from sessions import Session, without_places
from views import settings_panel, watching

_TEXTS = (
    "text_mentions",
    "text_diversity",
    "text_words",
    "text_drift",
    "text_debris",
    "text_seeds",
)
_CROSSED = (
    "coverage", "drift", "diversity", "provenance", "stereotypes", "copying", "plausibility",
    "fairness", *_TEXTS,
)  # fmt: skip
# Address, title, and the questions of which one must have been asked.
_PAGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("data", "Data", ()),
    ("findings", "Findings", ()),
    ("representation", "Representation", ("coverage",)),
    ("intersections", "Intersections", _CROSSED),
    ("sameness", "Sameness", ("diversity", "provenance")),
    ("stereotypes", "Stereotypes", ("stereotypes",)),
    ("records", "Copies and the impossible", ("copying", "plausibility")),
    ("fairness", "Fairness", ("fairness",)),
    ("mentions", "Mentions", ("text_mentions",)),
    ("likeness", "Likeness of texts", ("text_diversity", "text_seeds")),
    ("words", "Words", ("text_words", "text_drift")),
    ("debris", "Debris", ("text_debris",)),
    ("generations", "Generations", ("generations", "text_generations")),
    ("plan", "Collection plan", ("collection",)),
    ("compare", "Compare", ()),
    ("history", "History", ()),
    ("review", "Review and report", ()),
)

_NOT_OF_TWO_TABLES = frozenset({"generations", "text_generations", *_TEXTS})

# What is chosen among pills is written in ink: in the theme's first colour it fails in contrast.
# A button that leads to a group looks like a link.
_STYLE = """
[data-testid="stBaseButton-pillsActive"], [data-testid="stBaseButton-pillsActive"] p {
color: INK !important}
[data-testid="stBaseButton-tertiary"] p {color: INK; font-size: 1.1rem; font-weight: 600;
text-align: left; overflow-wrap: anywhere; text-decoration: underline; text-underline-offset: .2em}
.stHtml dl.au-tiles {margin: 0; padding: 0}
.stMultiSelect input {min-width: 1.75rem}
.stMainBlockContainer {padding-top: 3.5rem}
"""


def run() -> None:
    """Open the session, and show the page of the address."""
    st.set_page_config(page_title="audits", layout="wide")
    st.html(f"<style>{_STYLE.replace('INK', colours(parts.theme())['ink'])}</style>")
    if logins.open_to_all():
        st.error(
            "This dashboard listens to other machines, and nobody has to log in: it shows nothing. "
            "Start it with `audits dashboard`, or have people log in."
        )
        return
    if logins.configured() and not logins.logged_in():
        _at_the_door()
        return
    session = state.begin()
    audit_id = state.chosen_audit(session)
    pages = [
        st.Page(
            f"screens/{name}.py",
            title=title,
            url_path=name,
            default=name == "data",
            visibility="visible" if _has(session, audit_id, asked) else "hidden",
        )
        for name, title, asked in _PAGES
    ]
    pages.append(st.Page("screens/group.py", title="Group", url_path="group", visibility="hidden"))
    chosen = st.navigation(pages, position="sidebar")
    try:
        with st.sidebar:
            _which_audit(session, audit_id)
            settings_panel.show(state.here())
            _log_out()
    except AuditError as error:  # an audit of another version, or a file that was spoilt
        session.drop_audit(audit_id)
        st.error(f"{state.sentence(without_places(str(error)))} It was put away.")
        return
    if over := st.session_state.pop("session_over", None):
        st.warning(over)
    if st.session_state.pop("opened_with_audit", False) and chosen is pages[0]:
        state.go(state.FINDINGS)
    if chosen is not pages[0]:  # the page Data shows it where audits are started
        watching.banner(session)
        _limits_moved(state.here().audit)
    chosen.run()


def _has(session: Session, audit_id: str, asked: tuple[str, ...]) -> bool:
    """Whether a page has something to show: all have, as long as there is no audit."""
    try:
        audit = state.counted(session, audit_id) if audit_id else None
    except AuditError:  # said, and put away, once the pages are there
        return True
    if audit is None:
        return not asked or not set(asked) <= _NOT_OF_TWO_TABLES
    return not asked or any(name in audit.answers for name in asked)


def _limits_moved(audit: Audit | None) -> None:
    """Say on every page that verdicts are not those of the limits everyone starts with."""
    if audit is None:
        return
    values = audit.settings.to_dict()
    moved = [
        f"{setting.name} {values[setting.name]} (default {setting.default})"
        for setting in settings_declared()
        if setting.name in JUDGING and values[setting.name] != setting.default
    ]
    if moved:
        st.info(f"Judged under other limits than the default ones: {', '.join(moved)}.")


def _which_audit(session: Session, audit_id: str) -> None:
    kept = session.audits()
    if not kept:
        return
    labels = {one.id: one.label for one in kept}
    picked = st.selectbox(
        "Audit",
        list(labels),
        index=list(labels).index(audit_id),
        format_func=lambda one: labels.get(one, one),
        key=f"audit-{audit_id}",
    )
    if picked != audit_id:
        state.choose(picked)
        st.rerun()


def _at_the_door() -> None:
    """Nothing is shown to who has not logged in, not even which sessions there are."""
    st.title("Log in", anchor=False)
    st.write("This dashboard shows its pages to people who have logged in.")
    if st.button("Log in", type="primary", key="log-in"):
        st.login()


def _log_out() -> None:
    if logins.configured() and st.button("Log out", key="log-out"):
        st.session_state.clear()
        st.query_params.clear()
        st.logout()
