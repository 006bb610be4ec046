"""What changed since last time, and the way to keep an audit for the next time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

import hiding
import keeping
import limits
import parts
import roles
import stores
from audits.errors import AuditError
from audits.estimates import many
from audits.gates import Solved
from audits.questions.words import listed
from audits.reports.history_kept import read
from audits.reports.history_report import label_of
from audits.results import Audit, Finding, Group, group_name
from audits.review.records import KeptAudit
from audits.since import Since, Turn, since
from audits.visible import visible
from keeping import Place
from parts import Cell, Column, Link
from state import Here, go, remembered, sentence

HISTORY = "screens/history.py"
_NAMED = 8  # groups in one sentence
_NEW = ""  # among names of datasets: one that is not there yet


@parts.piece
def show(here: Here) -> None:
    """Say what changed since the audit before, where a history holds one."""
    audit = here.audit
    assert audit is not None
    place = keeping.place(here.session, here.audit_id, audit)
    if place.others:
        _changes(here, audit, place)
    keep_form(here, place)


# -- what changed ----------------------------------------------------------------------------------


def _changes(here: Here, audit: Audit, place: Place) -> None:
    parts.heading("What changed since last time")
    one = _compared_with(place)
    floor = hiding.least(roles.person(here.session))
    found = remembered(
        here.session, [here.audit_id], lambda: _since(here, audit, one), "since", one.digest, floor
    )
    if isinstance(found, str):
        parts.paragraph(found)
        return
    parts.paragraph(
        f"Held against {label_of(one)} of {place.series}, kept on {one.made[:10]}, as the "
        f"baseline: {found.summary()}"
    )
    if found:
        _listed(audit, found)
    _beside(found)
    if st.button("Follow every group through the history", key="to-history"):
        go(HISTORY)


def _since(here: Here, audit: Audit, one: KeptAudit) -> Since | str:
    """What changed; or why that cannot be said."""
    try:
        return since(keeping.before(here.session, one), audit)
    except AuditError as error:
        return parts.sentence_case(str(error))


def _compared_with(place: Place) -> KeptAudit:
    others = place.others
    if len(others) < 2:
        return others[0]
    names = {one.number: f"{one.made[:10]}: {label_of(one)}" for one in others}
    chosen = st.selectbox(
        "Held against", list(names), format_func=lambda n: visible(names[n]), key="changed-since"
    )
    return next(one for one in others if one.number == chosen)


def _listed(audit: Audit, found: Since) -> None:
    new = [(one.finding, one.why) for one in found.new]
    _findings("New problems", new)
    _groups("Groups newly without a synthetic row", found.missing)
    _findings("Problems gone", _said(found.gone), was=True)
    _findings("No problem any more, only as limits moved", _said(found.moved), was=True)
    _findings("Problems of which nothing can be said now", _said(found.lost), was=True)
    _groups("Groups that have synthetic rows again", found.back)
    if found.turns:
        with st.expander(f"Verdicts that changed, by question ({_count(found.turns):,})"):
            _turned(audit, found.turns)


def _said(solved: Iterable[Solved]) -> list[tuple[Finding, str]]:
    return [(one.finding, one.why) for one in solved]


def _findings(title: str, found: Sequence[tuple[Finding, str]], *, was: bool = False) -> None:
    """List findings with why; what `was` a problem does not look like one of today."""
    if not found:
        return
    parts.heading(f"{title} ({len(found):,})", 3)
    lines = "".join(
        f"<li>{'Before:' if was else parts.verdict_mark(one.verdict)} {parts.safe(one.because)} "
        f'<span class="au-quiet">({parts.safe(why)})</span></li>'
        for one, why in found[: limits.CHANGES_SHOWN]
    )
    st.html(f'<ul class="au-list au-plain">{lines}</ul>')
    _more(len(found))


def _groups(title: str, groups: Sequence[Group]) -> None:
    if groups:
        names = [group_name(group) for group in groups[:_NAMED]]
        more = len(groups) - len(names)
        names += [f"{more:,} more"] if more else []
        parts.paragraph(f"{title}: {listed(names)}.")


def _more(count: int) -> None:
    if count > limits.CHANGES_SHOWN:
        parts.paragraph(
            f"{count - limits.CHANGES_SHOWN:,} more; audits diff and audits gate list all.",
            quiet=True,
        )


def _count(turns: Iterable[Turn]) -> int:
    return sum(len(one.changes) + len(one.appeared) + len(one.went) for one in turns)


def _turned(audit: Audit, turns: Sequence[Turn]) -> None:
    titles = {name: answer.title for name, answer in audit.answers.items()}
    parts.table(
        [Column("Question"), *(Column(name, "right") for name in
         ("Worse", "Better", "Newly said", "No longer said"))],
        [
            [titles.get(one.question, one.question),
             *(f"{count:,}" for count in (one.worse, one.better, len(one.appeared), len(one.went)))]
            for one in turns
        ],
        caption="Findings whose verdict changed, judged under the limits of this audit",
    )  # fmt: skip
    lines = [line for one in turns for line in _lines(one, titles.get(one.question, one.question))]
    parts.table(
        [Column(name) for name in ("Group", "Question", "Column", "Before", "Now")],
        lines,
        caption="Every change, question by question; a group's name leads to its card",
    )


def _lines(turn: Turn, title: str) -> list[list[Cell]]:
    worse = sorted(turn.changes, key=lambda one: not one.worse)
    return [
        *([_link(f), title, f.attribute or "", "not said", f.verdict] for f in turn.appeared),
        *([_link(c.after), title, c.after.attribute or "", c.before.verdict, c.after.verdict]
          for c in worse),
        *([group_name(f.group), title, f.attribute or "", f.verdict, "not said"]
          for f in turn.went),
    ]  # fmt: skip


def _link(finding: Finding) -> Cell:
    return Link(finding.group, finding.attribute) if finding.group else group_name(finding.group)


def _beside(found: Since) -> None:
    """Say what cannot be compared, and what moved beside the data."""
    doubts = [parts.sentence_case(one) for one in found.doubts]
    if doubts:
        parts.heading("What cannot be compared", 3)
        parts.bullets(doubts)
    said = [parts.sentence_case(one) for one in found.remarks]
    if found.hidden:
        said.append(f"{many(found.hidden, 'change')} of groups with hidden counts left out.")
    if said:
        parts.bullets(said)


# -- keeping one -----------------------------------------------------------------------------------


def keep_form(here: Here, place: Place) -> None:
    """Offer to keep the audit, once, to whoever may."""
    if told := st.session_state.pop("kept-said", ""):
        st.success(sentence(told))
    if failed := st.session_state.get("kept-failed", ""):
        st.warning(sentence(failed))
    if here.audit is None or place.at is not None:
        return
    if not keeping.may_keep(here.session):
        if not place.others:
            parts.paragraph("No earlier audit of this dataset is kept.", quiet=True)
        return
    label = (
        f"Keep in the history of {place.series}"
        if place.series
        else "No earlier audit of this dataset is kept. Keep in the history"
    )
    with st.expander(sentence(label), key="keep"):
        _form(here, place)


def _form(here: Here, place: Place) -> None:
    assert here.audit is not None
    series = _dataset(here, place)
    label = st.text_input(
        "What this audit is called", value=_label(here)[: limits.NAME_LETTERS],
        max_chars=limits.NAME_LETTERS, key=f"keep-label-{here.audit_id}",
    )  # fmt: skip
    if said := _others(here, series):
        st.info(sentence(said))
    st.button(
        "Keep in the history", key="keep-audit", type="primary", on_click=_keep,
        args=(here, series, label or ""),
    )  # fmt: skip
    where = stores.shared() and "the store, for everyone who works with it"
    parts.paragraph(
        f"The whole audit, with every count, goes to {where or 'a file beside the sessions'}, "
        "under the limits that it was made with. The next audit of this dataset is then held "
        "against it.",
        quiet=True,
    )
    if stores.passing(here.session):
        st.warning("No store was named: the history goes when this session does.")


def _dataset(here: Here, place: Place) -> str:
    """Ask which dataset this is: one that has a history, or a new one."""
    known = keeping.names(here.session)
    chosen: str | None = _NEW
    if known:
        options = [_NEW, *known]
        chosen = st.selectbox(
            "Dataset", options, options.index(place.series) if place.series in known else 0,
            format_func=lambda n: visible(n) if n else "a new one", key=f"keep-of-{here.audit_id}",
        )  # fmt: skip
    if chosen:
        return chosen
    return str(
        st.text_input(
            "Name of the dataset", value=_stem(here)[: limits.NAME_LETTERS],
            max_chars=limits.NAME_LETTERS, key=f"keep-series-{here.audit_id}",
        )
        or ""
    )  # fmt: skip


def _stem(here: Here) -> str:
    assert here.audit is not None
    table = next((one for one in here.audit.inputs if one.role == "real"), None)
    return visible(table.name).split(".")[0] if table is not None else ""


def _label(here: Here) -> str:
    return next((visible(k.label) for k in here.session.audits() if k.id == here.audit_id), "")


def _others(here: Here, series: str) -> str:
    """Say that the history is by other groups: what they were cannot be followed."""
    assert here.audit is not None
    if series not in keeping.names(here.session):
        return ""
    found = read(stores.store(here.session), series, ()).audits
    if not found or found[-1].brief.sensitive_features == here.audit.sensitive_features:
        return ""
    was, now = (
        ", ".join(one) for one in
        (found[-1].brief.sensitive_features, here.audit.sensitive_features)
    )  # fmt: skip
    return (
        f"The audits of {series} are by {was}, this one is by {now}. It can be kept; only groups "
        "that both have are followed."
    )


def _keep(here: Here, series: str, label: str) -> None:
    st.session_state.pop("kept-failed", None)
    try:
        kept = keeping.keep(here.session, here.audit_id, series, label)
    except AuditError as error:
        st.session_state["kept-failed"] = str(error)
        return
    st.session_state["kept-said"] = f"Kept as {label_of(kept)}, audit {kept.number} of {series}."
