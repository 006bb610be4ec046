"""What stands around every page: session, navigation, the choice of the audit."""

from __future__ import annotations

import streamlit as st

import state
from audits.errors import AuditError
from sessions import Session, without_places
from views import settings_panel, watching

_PAGES = (
    ("data", "Data"),
    ("findings", "Findings"),
    ("representation", "Representation"),
    ("intersections", "Intersections"),
    ("sameness", "Sameness"),
    ("compare", "Compare"),
    ("review", "Review and report"),
)

# What is chosen among pills is written in ink: in the theme's first colour it fails in contrast.
_STYLE = """
[data-testid="stBaseButton-pillsActive"] p {color: inherit}
[data-testid="stBaseButton-pillsActive"] {color: var(--text-color, inherit)}
.stMainBlockContainer {padding-top: 3.5rem}
"""


def run() -> None:
    """Open the session, and show the page of the address."""
    st.set_page_config(page_title="audits", layout="wide")
    st.html(f"<style>{_STYLE}</style>")
    session = state.begin()
    pages = [
        st.Page(f"screens/{name}.py", title=title, url_path=name, default=name == "data")
        for name, title in _PAGES
    ]
    pages.append(st.Page("screens/group.py", title="Group", url_path="group", visibility="hidden"))
    chosen = st.navigation(pages, position="sidebar")
    audit_id = state.chosen_audit(session)
    try:
        with st.sidebar:
            _which_audit(session, audit_id)
            settings_panel.show(state.here())
    except AuditError as error:  # an audit of another version, or a file that was spoilt
        session.drop_audit(audit_id)
        st.error(f"{state.sentence(without_places(str(error)))} It was put away.")
        return
    if over := st.session_state.pop("session_over", None):
        st.warning(over)
    watching.banner(session)
    chosen.run()


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
