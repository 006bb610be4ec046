"""What are we comparing, with what?"""

from __future__ import annotations

import re
from typing import Any

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

import audits
import draft
import opening
import parts
import running
import understanding
from limits import SESSION_HOURS, UPLOAD_MB
from sessions import without_places
from state import FINDINGS, Here, choose, go, sentence
from views import choices, columns, texts, watching

_ASKS = "What are we comparing, with what?"
_ROLES = {
    "real": ("Real table", "The rows about real people from which the synthetic ones were made."),
    "synthetic": ("Synthetic table", "One version, or several to compare with each other."),
    "reference": (
        "Reference population (optional)",
        "Lines of column, group, share: who should be there. Joint groups as race×sex.",
    ),
    "holdout": (
        "Holdout (optional)",
        "Real rows that the generator never saw: the fresh people that spread is compared with.",
    ),
    "rules": (
        "Rules (optional)",
        'What every row must meet, as TOML: [[rule]], and below it check = "age >= 15 if marital '
        '= married".',
    ),
}
_VERSIONS, _CHAIN = "versions", "generations"
_TOGETHER = {
    _VERSIONS: "versions of one another: audit each against the real table",
    _CHAIN: "generations, each made from those before: follow the chain",
}
_LOOPS = {
    "": "not known: look for equal rows",
    "replace": "the generation before alone",
    "resample": "rows of the generation before, drawn again",
    "accumulate": "all generations before",
    "fixed-real": "the real rows and the generation before",
    "fresh": "fresh real people",
}


def show(here: Here) -> None:
    """Show the page."""
    drafted = draft.read(here.session)
    _begin(here, drafted)
    _tables(here, drafted)
    _prepare(here, drafted)
    watching.banner(here.session)


def _prepare(here: Here, drafted: dict[str, Any]) -> None:
    """Show what was understood, ask for the groups, and offer to run the audit."""
    found = _understood(here, drafted)
    if found is None:
        return
    columns.show(found, one=not drafted["synthetic"])
    if not drafted["synthetic"] or "real" not in drafted:
        return
    if texts.wanted(here.session, drafted, found):
        _run(here, texts.show(here.session, draft.read(here.session), found))
        return
    missing = choices.show(here.session, drafted, found)
    if not missing and "rules" in drafted and not draft.chain(drafted) and _broken(drafted):
        missing = "Mend the rules, or remove them."
    _run(here, missing)


# -- tables ----------------------------------------------------------------------------------------


def _begin(here: Here, drafted: dict[str, Any]) -> None:
    if "real" in drafted or drafted["synthetic"]:
        parts.begin(_ASKS, _loaded_so_far(drafted))
        return
    parts.begin(
        _ASKS,
        "Load a real table and a synthetic one. It is then counted, group by group, whether "
        "people are missing from the synthetic one, have become more alike, or rest on a handful "
        "of real people.",
    )
    if st.button("Try the sample", type="primary", key="sample"):
        here.session.write("draft", opening.sample())
        st.rerun()
    parts.paragraph(
        "The sample is an invented survey of 3,000 people, and three synthetic versions of it."
    )


def _loaded_so_far(drafted: dict[str, Any]) -> str:
    if "real" not in drafted:
        return "A synthetic table is here. Load the real one that it was made from."
    if not drafted["synthetic"]:
        return f"{drafted['real']['label']} is here. Load a synthetic version of it."
    others = ", ".join(one["label"] for one in draft.chosen(drafted)) or "nothing yet"
    if draft.chain(drafted):
        return f"{drafted['real']['label']}, and generations after it: {others}."
    return f"{drafted['real']['label']} against {others}."


def _tables(here: Here, drafted: dict[str, Any]) -> None:
    parts.heading("Tables")
    if drafted.get("sample"):
        _sample(here, drafted)
        return
    left, right = st.columns(2)
    with left:
        _single(here, drafted, "real")
    with right:
        _several(here, drafted)
    more = [role for role in ("reference", "holdout", "rules") if role in drafted]
    with st.expander("Reference population, holdout and rules", expanded=bool(more)):
        if draft.chain(drafted):
            parts.paragraph(
                "A chain is followed without them: generation 0 is what every other one is "
                "measured by. They wait here for audits of versions."
            )
        for place, role in zip(st.columns(3), ("reference", "holdout", "rules"), strict=True):
            with place:
                _single(here, drafted, role)
        if "rules" in drafted and (broken := _broken(drafted)):
            st.error(sentence(broken))
    with st.expander("Open a saved audit"):
        _saved(here)
    st.write(
        "Tables stay in a private folder on the computer that runs this dashboard, for "
        f"{SESSION_HOURS:g} hours after they were last used. The address of this page leads back "
        "to them, also after a reload: whoever has it sees them."
    )


def _sample(here: Here, drafted: dict[str, Any]) -> None:
    """The sample comes and goes as a whole."""
    from audits.demo import MADE

    parts.paragraph(
        "An invented survey and the shares of its population are loaded, and three synthetic "
        "versions of the survey:"
    )
    parts.bullets([f"synthetic_{version}.csv: {made}." for version, made in MADE.items()])
    _versions(here, drafted)
    if st.button("Put the sample away", key="sample-away"):
        here.session.write("draft", {})
        st.rerun()


def _broken(drafted: dict[str, Any]) -> str:
    """Return what is wrong with the rules as they are written; nothing if they can be read."""
    from audits.data.rules_file import read_rules

    try:
        read_rules(drafted["rules"]["path"])
    except audits.AuditError as error:
        return without_places(str(error))
    return ""


def _single(here: Here, drafted: dict[str, Any], role: str) -> None:
    if role in drafted:
        _loaded(here, role, drafted[role], _ROLES[role][0].removesuffix(" (optional)"))
    else:
        _upload(here, role)


def _several(here: Here, drafted: dict[str, Any]) -> None:
    for one in draft.labelled(drafted["synthetic"]):
        _loaded(here, "synthetic", one, "Synthetic table")
    _versions(here, drafted)
    _upload(here, "synthetic")


def _versions(here: Here, drafted: dict[str, Any]) -> None:
    """Of several synthetic tables, ask what they are to each other, and which to audit."""
    labels = [one["label"] for one in draft.labelled(drafted["synthetic"])]
    if len(labels) < 2:
        return
    chain = not drafted.get("sample") and _together(here, drafted) == _CHAIN
    before = [one["label"] for one in draft.chosen(drafted)]
    after = st.multiselect(
        "Generations after the real table, in this order" if chain else "Audit these versions",
        labels, default=before, key=f"chosen-{len(labels)}",
        help="Take one out and choose it again to move it to the end." if chain else None,
    )  # fmt: skip
    if after != before:
        draft.change(here.session, chosen=after)
        st.rerun()
    if not chain:
        parts.paragraph("Audits of several versions can be laid side by side on the page Compare.")
        return
    _loop(here, drafted)


def _together(here: Here, drafted: dict[str, Any]) -> str:
    """Ask what the synthetic tables are to each other."""
    before = _CHAIN if draft.chain(drafted) else _VERSIONS
    after = st.radio(
        "These synthetic tables are",
        list(_TOGETHER),
        index=list(_TOGETHER).index(before),
        format_func=_TOGETHER.get,
        key="together",
    )
    if after != before:
        draft.change(here.session, generations=after == _CHAIN)
        st.rerun()
    return str(after)


def _loop(here: Here, drafted: dict[str, Any]) -> None:
    """Say what generation 0 is, and ask what each generation was made from."""
    parts.paragraph(
        "The real table is generation 0. Reference population, holdout, rules and weights have no "
        "part in a chain."
    )
    loop = st.selectbox(
        "Each generation was made from",
        list(_LOOPS),
        index=list(_LOOPS).index(drafted.get("loop", "")),
        format_func=_LOOPS.get,
        key="loop",
    )
    draft.change(here.session, loop=loop)


def _loaded(here: Here, role: str, table: dict[str, str], title: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{title}**: {sentence(table['label'])}")
        label = f"Remove {sentence(table['label'])}"
        if st.button(label, key=f"remove-{role}-{table['path']}"):
            draft.remove(here.session, role, table["path"])
            st.rerun()


def _upload(here: Here, role: str) -> None:
    """An uploader that empties itself: what was uploaded is on disk, not in memory."""
    title, help_ = _ROLES[role]
    turns = st.session_state.setdefault("turns", {})
    given = st.file_uploader(
        title,
        key=f"upload-{role}-{turns.get(role, 0)}",
        accept_multiple_files=role == "synthetic",
        max_upload_size=UPLOAD_MB,
    )
    parts.paragraph(help_, quiet=True)
    files = given if isinstance(given, list) else [given] if given else []
    if not files:
        return
    for file in sorted(files, key=_numbered):  # g2 before g10: generations come in this order
        draft.add(here.session, role, file, file.name)
        _let_go(file)
    turns[role] = turns.get(role, 0) + 1
    st.rerun()


def _numbered(file: UploadedFile) -> list[tuple[int, str]]:
    """Return what files are sorted by: numbers in their names by size."""
    pieces = re.split(r"(\d+)", file.name)
    return [(int(piece) if piece.isdecimal() else -1, piece) for piece in pieces]


def _let_go(file: UploadedFile) -> None:
    """Free the memory a file takes; the server keeps it until the tab is closed otherwise."""
    file.close()
    context = get_script_run_ctx()
    if context is not None and runtime.exists():
        runtime.get_instance().uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def _saved(here: Here) -> None:
    turns = st.session_state.setdefault("turns", {})
    given = st.file_uploader(
        "Saved audit (JSON)", key=f"upload-audit-{turns.get('audit', 0)}", max_upload_size=UPLOAD_MB
    )
    if given is None:
        return
    path = here.session.add_table(given, given.name)
    try:
        audits.load(path)
        choose(here.session.keep_audit(path, given.name))
    except audits.AuditError as error:
        st.error(sentence(without_places(str(error))))
        return
    finally:
        here.session.drop_table(path)
        _let_go(given)
    turns["audit"] = turns.get("audit", 0) + 1
    go(FINDINGS)


# -- columns ---------------------------------------------------------------------------------------


def _understood(here: Here, drafted: dict[str, Any]) -> dict[str, Any] | None:
    """Return what was understood; of one table alone, where the other is not there yet."""
    synthetic = draft.chosen(drafted) or draft.labelled(drafted["synthetic"])
    given = [drafted["real"]] if "real" in drafted else []
    given += synthetic[:1]
    if not given:
        return None
    with st.spinner("Looking at the columns"):
        found = understanding.understood(
            here.session,
            given[0]["path"],
            given[-1]["path"],
            kinds=drafted.get("kinds", {}),
            missing=drafted.get("missing", []),
        )
    if "error" in found:
        st.error(sentence(found["error"]))
        return None
    return found


def _run(here: Here, missing: str) -> None:
    job = running.look(here.session)
    if job is not None and job.running:
        return  # how far it is stands in the place of the button
    if missing:
        st.info(missing)
    drafted = draft.read(here.session)
    several = len(draft.chosen(drafted))
    label = "Run the audit" if several < 2 else f"Run {several} audits"
    if draft.chain(drafted):
        label = f"Run through {several + 1} generations"
    if not st.button(label, type="primary", disabled=bool(missing), key="run"):
        return
    requests, labels = draft.requests(drafted, here.session.read("counting"))
    try:
        running.start(here.session, requests, labels)
    except running.BusyError as error:
        st.warning(str(error))
        return
    st.rerun()
