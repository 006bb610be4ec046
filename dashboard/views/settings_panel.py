"""Every limit with its meaning, range and source; changing one judges again without counting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

import parts
import state
from audits.errors import AuditError
from audits.registry import all_questions
from audits.settings import JUDGING, Settings, settings_declared
from audits.tunables import Setting
from state import Here, sentence

_ALL = "All questions"


def show(here: Here) -> None:
    """Show both kinds of settings, each in a part that is filled when it is opened."""
    if here.audit is not None:
        changed = state.limits_of(here.session, here.audit_id)
        title = f"Limits ({len(changed)} changed)" if changed else "Limits"
        part = st.expander(title, key="limits", on_change="rerun")
        if part.open:
            with part:
                _limits(here, changed)
    part = st.expander("Settings of the next audit", key="counting", on_change="rerun")
    if part.open:
        with part:
            _counting(here)


# -- limits ----------------------------------------------------------------------------------------


def _limits(here: Here, changed: Mapping[str, Any]) -> None:
    counted = state.counted(here.session, here.audit_id)
    assert counted is not None
    st.write(
        "Where a verdict begins. The measurements stay as they are; they are judged again at once."
    )
    turn = st.session_state.setdefault("limits_turn", 0)
    if changed and st.button("Back to the limits of the audit", key="limits-back"):
        state.set_limits(here.session, here.audit_id, {})
        st.session_state["limits_turn"] = turn + 1
        st.rerun()
    before = counted.settings.to_dict()
    given: dict[str, Any] = {}
    for title, settings in _by_question().items():
        parts.heading(title, 3)
        for setting in settings:
            value = changed.get(setting.name, before[setting.name])
            given[setting.name] = _ask(setting, value, f"limit-{here.audit_id}-{turn}")
    after = {name: value for name, value in given.items() if value != before[name]}
    if after == changed:
        return
    try:
        counted.settings.having(**after)
    except AuditError as error:
        st.error(sentence(str(error)))
        return
    state.set_limits(here.session, here.audit_id, after)
    st.rerun()


def _by_question() -> dict[str, list[Setting]]:
    """Return the judging settings under the question that uses them; those of several first."""
    users: dict[str, list[str]] = {}
    for question in all_questions():
        for name in question.settings:
            users.setdefault(name, []).append(question.title)
    found: dict[str, list[Setting]] = {_ALL: []}
    for setting in settings_declared():
        if setting.name in JUDGING:
            titles = users.get(setting.name, [])
            place = titles[0] if len(titles) == 1 else _ALL
            found.setdefault(place, []).append(setting)
    return {title: settings for title, settings in found.items() if settings}


# -- what is counted with --------------------------------------------------------------------------


def _counting(here: Here) -> None:
    st.write("These change what is counted, so they need a new audit: run one on the page Data.")
    changed = here.session.read("counting")
    before = Settings().to_dict()
    after: dict[str, Any] = {}
    for setting in settings_declared():
        if setting.name in JUDGING or setting.name == "intersections":
            continue  # how many features are crossed is asked on the page Data
        value = _ask(setting, changed.get(setting.name, before[setting.name]), "counting")
        if value != before[setting.name]:
            after[setting.name] = value
    if after == changed:
        return
    try:
        Settings().having(**after)
    except AuditError as error:
        st.error(sentence(str(error)))
        return
    here.session.write("counting", after)


# -- one setting -----------------------------------------------------------------------------------


def _ask(setting: Setting, value: Any, key: str) -> Any:
    """Ask for a setting's value; say beneath what it means, what it may be, and who says so."""
    label, key = setting.name.replace("_", " "), f"{key}-{setting.name}"
    if setting.choices:
        given: Any = st.selectbox(
            label, setting.choices, index=setting.choices.index(value), key=key
        )
    elif isinstance(setting.default, int):
        assert setting.low is not None
        assert setting.high is not None
        given = st.number_input(
            label, int(setting.low), int(setting.high), int(value), step=1, key=key
        )
    else:
        assert setting.high is not None
        given = st.number_input(
            label, setting.low, float(setting.high), float(value), step=_step(setting),
            format="%g", key=key,
        )  # fmt: skip
    parts.paragraph(
        f"{setting.meaning} {setting.range.capitalize()}; {setting.default} unless changed. "
        f"Source: {setting.source}.",
        quiet=True,
    )
    return value if given is None else given


def _step(setting: Setting) -> float:
    assert setting.high is not None
    return 0.01 if setting.high <= 1 else 0.1 if setting.high <= 10 else 1.0
