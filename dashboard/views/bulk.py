"""One decision about all items of a filter: first whom it would hit, then a second click.

What is decided are the items that were counted, as they stood then. If somebody has decided on one
of them meanwhile, nothing is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import uuid4

import streamlit as st

import deciding
import hiding
import limits
import on_disk
import parts
from audits.errors import AuditError, ConflictError
from audits.estimates import Estimate, many, percent
from audits.results import group_name
from audits.review.meant import Meant
from audits.review.previews import preview
from audits.review.records import Action, Queue, Status, Wanted
from audits.review.removal import RemovalLine
from audits.review.store import Store
from deciding import Said
from roles import Person
from sessions import Session
from state import sentence
from views import places

_ACTIONS = (Action.KEEP, Action.REMOVE, Action.ESCALATE)
_SAID = "bulk-said"


@dataclass
class Previewed:
    """What a decision would be about: counted once, and decided on only as counted."""

    queue: str
    wanted: Wanted
    action: Action
    meant: Meant
    lines: tuple[RemovalLine, ...]
    request: str = field(default_factory=lambda: uuid4().hex)
    confirmed: bool = False


def show(
    session: Session, store: Store, queue: Queue, found: tuple[Wanted, int], who: Person
) -> None:
    """Offer one decision about all items of the filter: the unreviewed, if it asks for no status.

    `found` is what is looked for, and how many items fit. Unreviewed as on the command line: nobody
    disputes what others have decided without having asked for it.
    """
    again = _told(queue)
    if not who.may_decide:
        return
    wanted, total = found
    status = wanted.status or Status.UNREVIEWED
    if wanted.status is None:
        wanted = replace(wanted, status=status)
        total = store.page(queue.id, wanted, size=1).total
    if not total:
        return
    with st.expander(
        f"Decide about all {total:,} {status.value} items of this filter",
        expanded=again or _previewed(queue) is not None,
    ):
        action = st.radio(
            "Decision", _ACTIONS, horizontal=True, format_func=lambda a: a.value.capitalize(),
            **places.kept(f"bulk-action-{queue.id}"),
        )  # fmt: skip
        st.text_area(
            "Reason for all of them", max_chars=limits.REASON_LETTERS, **places.kept(_reason(queue))
        )
        now = _previewed(queue)
        if now is not None and (now.wanted, now.action) != (wanted, action):
            _drop()
            now = None
        st.button(
            "Count anew" if now else "Preview", key="bulk-preview", on_click=_count,
            args=(session, store, queue, wanted, action),
        )  # fmt: skip
        if now is not None:
            _show(now, hiding.least(who, queue))


def _reason(queue: Queue) -> str:
    return f"bulk-reason-{queue.id}"


def _previewed(queue: Queue) -> Previewed | None:
    held: Previewed | None = st.session_state.get("previewed")
    return held if held is not None and held.queue == queue.id else None


def _drop() -> None:
    st.session_state.pop("previewed", None)


# -- whom it would hit -----------------------------------------------------------------------------


def _count(session: Session, store: Store, queue: Queue, wanted: Wanted, action: Action) -> None:
    """Count what is meant, as it stands now, and tell whom removing it would hit."""
    _drop()
    st.session_state.pop(_SAID, None)
    try:
        on_disk.unchanged(session, queue)
        meant = store.meant(queue.id, wanted)
    except AuditError as error:
        _say(queue, str(error))
        return
    lines = preview(queue, meant.rows) if action is Action.REMOVE else ()
    st.session_state["previewed"] = Previewed(queue.id, wanted, action, meant, lines)


def _show(now: Previewed, least: int) -> None:
    parts.heading(f"{now.action.value.capitalize()} {many(len(now.meant), 'item')}?", 3)
    parts.paragraph(_counts(now.meant.statuses))
    if now.lines and not now.meant.rows:
        parts.paragraph("All of them are findings, which are about no row: no row would go.")
    elif now.lines:
        parts.paragraph(now.lines[0].because)
        _table(now.lines, least)
    with st.container(horizontal=True, key="bulk-decisions"):
        st.button(
            f"{now.action.value.capitalize()} all {len(now.meant):,}", key="bulk-confirm",
            type="primary", on_click=_confirm, args=(now.request,),
        )  # fmt: skip
        st.button("Do nothing", key="bulk-drop", on_click=_drop)
    parts.paragraph(
        "All of them are decided as they were counted, or none: if somebody decides on one "
        "meanwhile, nothing is kept, and you are told who did.",
        quiet=True,
    )


def _counts(statuses: Mapping[Status, int]) -> str:
    said = ", ".join(f"{statuses[one]:,} {one.value}" for one in Status if statuses.get(one))
    decided = sum(n for one, n in statuses.items() if one is not Status.UNREVIEWED)
    disputes = " Where others have said something else, that disputes it." if decided else ""
    return f"Meant: {said}.{disputes}"


def _table(lines: tuple[RemovalLine, ...], least: int) -> None:
    """Show whom removal would hit; groups so small that they are hidden are counted."""
    seen = [line for line in lines if not line.group or line.rows >= least]
    shown = seen[: parts.MOST_LINES]
    notes = []
    if len(seen) > len(shown):
        notes.append(f"The first {len(shown) - 1:,} of {len(seen) - 1:,} groups.")
    if left := len(lines) - len(seen):
        notes.append(f"{many(left, 'group')} of fewer than {least} rows: not shown.")
    columns = [parts.Column("Group")]
    columns += [parts.Column(name, "right") for name in ("Rows meant", "Of")]
    columns += [parts.Column(name) for name in ("Share", "Ratio to everyone's", "Verdict")]
    parts.table(
        columns,
        [
            [
                group_name(line.group), f"{line.removed:,}", f"{line.rows:,}",
                _whole(_share(line.share)), _whole(str(line.ratio)) if line.ratio.known else "–",
                line.verdict if line.group else "",
            ]
            for line in shown
        ],
        caption="Whom removing them would hit, the hardest hit first, with intervals",
        note=" ".join(notes),
    )  # fmt: skip


def _share(one: Estimate) -> str:
    return f"{percent(one.value)} ({percent(one.low)} to {percent(one.high)})"


def _whole(text: str) -> str:
    """Keep an interval on one line."""
    return text.replace(" ", "\u00a0")


# -- deciding --------------------------------------------------------------------------------------


def _confirm(request: str) -> None:
    held: Previewed | None = st.session_state.get("previewed")
    if held is not None and held.request == request:
        held.confirmed = True


def carry_out(session: Session, queue: Queue) -> None:
    """Keep the decision that was confirmed, saying how far it is.

    Another click ends this run: what was not kept yet is begun again by the next one, what was kept
    is found there by its request, so that it is never doubled.
    """
    now = _previewed(queue)
    if now is None or not now.confirmed:
        return
    said = Said(now.action, str(st.session_state.get(_reason(queue)) or ""))
    seen = now.meant.seen()
    bar = st.progress(0.0)
    told = partial(bar.progress, text=f"Deciding on {len(seen):,} items: all of them, or none.")
    try:
        deciding.decide_many(session, queue.id, seen, said, now.request, told)
    except ConflictError as error:
        _drop()
        _say(queue, _meanwhile(error, seen))
    except AuditError as error:
        now.confirmed = False
        _say(queue, str(error))
    else:
        _drop()
        places.forget(_reason(queue))
        _say(queue, f"Kept: {now.action.value}, for {many(len(seen), 'item')}.", kept=True)
        places.has_decided()
    bar.empty()


def _meanwhile(error: ConflictError, seen: Mapping[str, int]) -> str:
    """Say who decided on how many of the items since they were counted."""
    people = Counter(
        one.reviewer
        for shown in error.moved
        for one in shown.decisions[seen.get(shown.item.id, 0) :]
    )
    who = ", ".join(f"{name} ({count:,})" for name, count in people.most_common(3))
    by = f" It was: {who}." if who else ""
    return f"{error}{by} What you wrote stays; preview it again."


def _say(queue: Queue, text: str, *, kept: bool = False) -> None:
    st.session_state[_SAID] = (queue.id, text, kept)


def _told(queue: Queue) -> bool:
    """Say how it went, until something else is counted; return whether it is to be tried again."""
    of, said, kept = st.session_state.get(_SAID, ("", "", True))
    if of == queue.id:
        (st.success if kept else st.warning)(sentence(said))
        return not kept
    return False
