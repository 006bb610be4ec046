"""A running audit: how far it is, a way to stop it, and how it ended."""

from __future__ import annotations

import streamlit as st

import running
import state
from limits import POLL_SECONDS
from sessions import Session


def banner(session: Session) -> None:
    """Show the progress of the session's audit; or why it ended; or land on its findings."""
    job = running.look(session)
    if stopped := st.session_state.pop("stopped", ""):
        st.info(f"Stopped, and nothing of it was kept: {stopped}")
    if job is None:
        return
    if job.error:
        _ended(session, job)
    else:
        _watch(session)


@st.fragment(run_every=POLL_SECONDS)
def _watch(session: Session) -> None:
    session.touch()
    job = running.look(session)
    if job is None:
        return
    if job.error:
        st.rerun(scope="app")
    if not job.running:
        running.clear(session)
        _land(job)
    with st.container(border=True, key="progress"):
        which = f" {job.number} of {job.of}" if job.of > 1 else ""
        what = "Queue is being opened" if job.queue else f"Audit{which} is running"
        st.markdown(f"**{what}:** {state.sentence(job.label)}")
        st.progress(job.share, text=f"{_stage(job.stage)}; {job.seconds:.0f} s so far")
        if st.button("Stop opening" if job.queue else "Stop the audit", key="stop"):
            running.stop(session)
            st.session_state["stopped"] = state.sentence(job.label)
            st.rerun(scope="app")


def _land(job: running.Job) -> None:
    """Go where what was made is shown; does not return."""
    if job.queue:
        st.session_state["queue-next"] = job.made[0]
        state.go(state.REVIEW)
    state.choose(job.made[0])
    state.go(state.FINDINGS)


def _ended(session: Session, job: running.Job) -> None:
    """Say why an audit ended without a result, until it is put away."""
    with st.container(key="ended"):
        st.error(f"{state.sentence(job.label)}: {state.sentence(job.error)}")
        if st.button("Put this message away", key="put-away"):
            running.clear(session)
            st.rerun()


def _stage(stage: str) -> str:
    """Return in words what the worker is at."""
    if stage in _STAGES:
        return _STAGES[stage]
    from audits.registry import all_questions

    asked = {question.id: question.title for question in all_questions()}
    return f"Asking about {asked.get(stage, stage).lower()}"


_STAGES = {  # those that are no question
    "": "Starting",
    "reading": "Reading the tables",
    "generations": "Following the generations",
    "real rows": "Learning from the real rows",
    "fresh people": "Looking at fresh people",
    "synthetic rows": "Looking at the synthetic rows",
    "mentions": "Looking for who is mentioned",
}
