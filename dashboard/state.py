"""Where the reader is: which session, which audit, which group; and the address that says so."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar
from urllib.parse import quote_from_bytes, unquote_to_bytes

import streamlit as st

import audits
import hiding
import limits
import logins
import opening
import sessions
from audits.reports.saving import MIN_CELL
from audits.results import Group
from sessions import Session, SessionOverError

DATA, FINDINGS, GROUP = "screens/data.py", "screens/findings.py", "screens/group.py"
REVIEW = "screens/review.py"
_SESSION, _AUDIT, _GROUP, _ATTRIBUTE = "s", "a", "g", "c"
_EVERYONE = "everyone"
T = TypeVar("T")


@dataclass(frozen=True)
class Here:
    """What a page shows: the audit under the limits now in force, and what was opened in it."""

    audit: audits.Audit | None
    audit_id: str
    session: Session
    group: Group | None
    attribute: str | None
    min_cell: int


# -- groups in an address --------------------------------------------------------------------------


def group_text(group: Group) -> str:
    """Write a group so that it can stand in an address, whatever its characters.

    >>> group_text((("race", "Black"), ("sex", "f/m")))
    'race.Black.sex.f~2Fm'
    """
    if not group:
        return _EVERYONE
    return ".".join(_escaped(part) for pair in group for part in pair)


def group_of(text: str) -> Group | None:
    """Read a group back; None if the text is none.

    >>> group_of("race.Black.sex.f~2Fm")
    (('race', 'Black'), ('sex', 'f/m'))
    """
    if text == _EVERYONE:
        return ()
    parts = text.split(".")
    if len(parts) % 2:
        return None
    try:
        read = [_read(part) for part in parts]
    except ValueError:
        return None
    return tuple(zip(read[::2], read[1::2], strict=True))


def _escaped(text: str) -> str:
    """Percent encoding with a tilde for its sign: an address encodes that a second time."""
    quoted = quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="")
    return quoted.replace("~", "%7E").replace(".", "%2E").replace("%", "~")


def _read(text: str) -> str:
    return unquote_to_bytes(text.replace("~", "%")).decode("utf-8", "surrogatepass")


# -- going places ----------------------------------------------------------------------------------


def open_group(group: Group, attribute: str | None = None) -> None:
    """Go to the card of a group; does not return."""
    st.switch_page(GROUP, query_params=address_of(group, attribute))


def address_of(group: Group, attribute: str | None = None) -> dict[str, str]:
    """Return what the address of a group's card says."""
    asked = {**address(), _GROUP: group_text(group)}
    if attribute is not None:
        asked[_ATTRIBUTE] = _escaped(attribute)
    return asked


def go(page: str) -> None:
    """Go to a page with the same session and audit; does not return."""
    st.switch_page(page, query_params=address())


def address() -> dict[str, str]:
    """Return what the address of every page says: session and audit."""
    held: dict[str, str] = {_SESSION: st.session_state["session"].token}
    if chosen := st.session_state.get("audit_id"):
        held[_AUDIT] = chosen
    return held


# -- the session -----------------------------------------------------------------------------------


def begin() -> Session:
    """Open the session of the address, or that of this browser, or a new one."""
    _sweep_now_and_then()
    owner = logins.owner()
    token = st.query_params.get(_SESSION)
    held: Session | None = st.session_state.get("session")
    if token is None and held is not None:
        token = held.token
    try:
        session = sessions.open_session(token, owner) if token is not None else _fresh(owner)
    except SessionOverError as error:
        st.session_state["session_over"] = str(error)
        session = _fresh(owner)
    if held is None or held.token != session.token:
        _forget_all_but(session)
    session.touch()
    st.query_params[_SESSION] = session.token
    return session


def _fresh(owner: str) -> Session:
    session = sessions.new_session(owner)
    opening.fill(session)
    if session.audits():  # the command line named one: its findings are what was asked for
        st.session_state["opened_with_audit"] = True
    return session


def _forget_all_but(session: Session) -> None:
    """Nothing of another session may stay in the browser's memory."""
    kept = {name: st.session_state.get(name) for name in ("session_over", "opened_with_audit")}
    for name in list(st.session_state):
        del st.session_state[name]
    st.session_state["session"] = session
    st.session_state.update({name: value for name, value in kept.items() if value})


_SWEPT = [0.0]


def _sweep_now_and_then() -> None:
    if time.monotonic() - _SWEPT[0] > limits.SWEEP_SECONDS or not _SWEPT[0]:
        _SWEPT[0] = time.monotonic()
        sessions.sweep()


# -- the audit -------------------------------------------------------------------------------------


def choose(audit_id: str) -> None:
    """Make an audit the one that pages show."""
    st.session_state["audit_id"] = audit_id
    st.query_params[_AUDIT] = audit_id


def chosen_audit(session: Session) -> str:
    """Return the id of the audit to show: of the address, of before, or the newest; or ''."""
    there = [kept.id for kept in session.audits()]
    for wanted in (st.query_params.get(_AUDIT), st.session_state.get("audit_id")):
        if wanted in there:
            break
    else:
        wanted = there[0] if there else ""
    if wanted:
        choose(str(wanted))
    else:
        st.session_state["audit_id"] = ""
        st.query_params.pop(_AUDIT, None)
    return str(wanted)


def counted(session: Session, audit_id: str) -> audits.Audit | None:
    """Return a saved audit as it was counted; read from disk once."""
    held: dict[str, audits.Audit] = st.session_state.setdefault("audits", {})
    if audit_id not in held:
        path = session.audit_path(audit_id)
        if path is None:
            return None
        shown = st.session_state.get("audit_id")  # all figures are of this one: it is never dropped
        while len(others := [one for one in held if one != shown]) >= limits.AUDITS_HELD:
            held.pop(others[0])
        held[audit_id] = audits.load(path)
    held[audit_id] = held.pop(audit_id)  # the one used last is dropped last
    return held[audit_id]


def judged(session: Session, audit_id: str) -> audits.Audit | None:
    """Return an audit judged under the limits chosen for it; judged once for each."""
    audit = counted(session, audit_id)
    changes = limits_of(session, audit_id)
    if audit is None or not changes:
        return audit
    held: dict[str, Any] = st.session_state.setdefault("judged", {})
    key = tuple(sorted(changes.items()))
    if audit_id not in held or held[audit_id][0] != key:
        try:
            again = audit.having(audit.settings.having(**changes))
        except audits.AuditError:  # written by another version
            return audit
        held[audit_id] = (key, again)
    return held[audit_id][1]  # type: ignore[no-any-return]


def remembered(session: Session, audit_ids: Sequence[str], make: Callable[[], T], *asked: Any) -> T:
    """Return what `make` makes of audits, made once for them, their limits, and what was asked.

    For what is small, of more audits than can be held at once.
    """
    held: dict[Any, T] = st.session_state.setdefault("remembered", {})
    key = (*((one, repr(limits_of(session, one))) for one in audit_ids), *asked)
    if key not in held:
        while len(held) >= limits.REMEMBERED:
            held.pop(next(iter(held)))
        held[key] = make()
    return held[key]


def limits_of(session: Session, audit_id: str) -> dict[str, Any]:
    """Return the settings that were changed for an audit, by name."""
    found = session.read("limits").get(audit_id, {})
    return found if isinstance(found, dict) else {}


def set_limits(session: Session, audit_id: str, changes: dict[str, Any]) -> None:
    """Keep the settings chosen for an audit."""
    session.write("limits", {**session.read("limits"), audit_id: changes})


# -- pages -----------------------------------------------------------------------------------------


def here() -> Here:
    """Return what the page that runs now shows."""
    session: Session = st.session_state["session"]
    audit_id: str = st.session_state.get("audit_id", "")
    audit = judged(session, audit_id) if audit_id else None
    attribute = st.query_params.get(_ATTRIBUTE)
    group = group_of(st.query_params.get(_GROUP, "?"))
    return Here(
        audit,
        audit_id if audit is not None else "",
        session,
        group if audit is not None else None,
        None if attribute is None else _read(attribute),
        hiding.held(session, int(session.read("look").get("min_cell", MIN_CELL))),
    )


def page(name: str, *, needs_audit: bool = True) -> None:
    """Show a page of `views`; without an audit, say where one is made."""
    guarded(_page, name, needs_audit)


def _page(name: str, needs_audit: bool) -> None:
    now = here()
    if now.audit is None and needs_audit:
        _nothing_yet()
        return
    show: Callable[[Here], None] = import_module(f"views.{name}").show
    show(now)


def guarded(show: Callable[..., None], *given: Any) -> None:
    """Show a page, or a part of one; what goes wrong becomes a sentence."""
    try:
        show(*given)
    except audits.AuditError as error:
        st.error(sentence(str(error)))
    except Exception as error:  # noqa: BLE001, the one place where a bug is made readable
        st.error(_unexpected(error))


def _unexpected(error: Exception) -> str:
    """Say that this is a bug, and where; no data, which a message may hold."""
    import os
    import traceback

    if os.environ.get("AUDITS_DEBUG"):
        traceback.print_exception(error)
    places = traceback.extract_tb(error.__traceback__)
    place = f"{os.path.basename(places[-1].filename)}, line {places[-1].lineno}" if places else ""
    return sentence(
        f"This is a bug in the dashboard: {type(error).__name__} in {place}. Please report it with "
        "what AUDITS_DEBUG=1 shows where the dashboard was started; look through that for data "
        "first. The other pages still work."
    )


def _nothing_yet() -> None:
    st.title("No audit yet", anchor=False)
    st.write("Load two tables and run an audit, or try the sample.")
    if st.button("Go to Data", type="primary"):
        go(DATA)


def sentence(text: str) -> str:
    r"""Return a text as Markdown that shows exactly its characters.

    >>> print(sentence("a *b* <i>"))
    a \*b\* \<i\>
    """
    from audits.visible import visible

    shown = "".join(f"\\{c}" if c in _MARKS else c for c in visible(text))
    # a colon before a letter could begin an emoji's name: a joiner that nobody sees keeps it apart
    return shown.replace("\\:", "\\:\u2060")


_MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
