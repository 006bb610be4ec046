"""The history of a dataset: which one an audit belongs to, and the call that keeps one in it.

As in `deciding`, a page offers and this module refuses: the role, the size of the audit, how fast
audits come. Two clicks keep one audit: the store knows it by its SHA-256.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import deciding
import hiding
import limits
import roles
import state
import stores
from audits.briefs import Brief
from audits.disclosure import protected
from audits.errors import UsageError
from audits.reports.history_kept import keep as kept_as
from audits.reports.history_report import dated
from audits.results import Audit
from audits.review.records import KeptAudit
from audits.trends import Noted
from roles import Role
from sessions import Session

_NAMES = "history"  # the session's document: the name of a dataset, by its real table


@dataclass(frozen=True)
class Place:
    """Where an audit stands in a history.

    `series` is "" where none is known; `at` is the place of the audit in `audits`, None where it is
    not kept there.
    """

    series: str
    audits: tuple[KeptAudit, ...]
    at: int | None

    @property
    def others(self) -> tuple[KeptAudit, ...]:
        """The other audits, the one before first, then those before it, then later ones."""
        if self.at is None:
            return self.audits[::-1]
        return (*self.audits[: self.at][::-1], *self.audits[self.at + 1 :])


def place(session: Session, audit_id: str, audit: Audit | None) -> Place:
    """Find an audit in the histories of the store, or the one that its dataset was given.

    Raises
    ------
    StoreError
        If the store cannot be read.
    """
    if not stores.there(session):
        return Place("", (), None)
    store = stores.store(session)
    named = _named(session, audit)
    holding = store.series(holding=audit_id) if audit_id else ()
    series = named if named in holding else next(iter(holding), named)
    found = store.history(series) if series else ()
    if not found:
        return Place("", (), None)
    at = next((n for n, one in enumerate(found) if one.digest.startswith(audit_id or "-")), None)
    return Place(series, found, at)


def names(session: Session) -> tuple[str, ...]:
    """Return the datasets that have a history in the session's store."""
    return stores.store(session).series() if stores.there(session) else ()


def remember(session: Session, audit: Audit, series: str) -> None:
    """Note in the session which dataset the tables of an audit are."""
    session.write(_NAMES, {**session.read(_NAMES), _real(audit): series})


def _named(session: Session, audit: Audit | None) -> str:
    return str(session.read(_NAMES).get(_real(audit), "")) if audit is not None else ""


def _real(audit: Audit) -> str:
    """Return what the dataset is known by: its real table, of which generations are made."""
    table = next((one for one in audit.inputs if one.role == "real"), None)
    table = table or (audit.inputs[0] if audit.inputs else None)
    return (table.sha256 or table.name) if table is not None else ""


def may_keep(session: Session) -> bool:
    """Whether the page offers to keep an audit."""
    return roles.person(session).role >= Role.REVIEWER


def keep(session: Session, audit_id: str, series: str, label: str) -> KeptAudit:
    """Keep an audit of the session, as it was made, in the history of a dataset.

    Raises
    ------
    UsageError
        If the role does not reach, a name is missing or too long, the audit is too large, or
        audits come too fast.
    StoreError
        If the store cannot be written.
    """
    roles.allowed(session, Role.REVIEWER)
    path, audit = session.audit_path(audit_id), state.counted(session, audit_id)
    if path is None or audit is None:
        raise UsageError("this audit is not there any more. Run it again. Nothing was kept.")
    if not series.strip():
        raise UsageError("the dataset has no name. Type the name under which its audits are kept.")
    for what, text in (("the name of the dataset", series), ("the name of the audit", label)):
        if len(text) > limits.NAME_LETTERS:
            raise UsageError(
                f"{what} has {len(text):,} letters, and {limits.NAME_LETTERS} is the most. "
                "Shorten it."
            )
    if path.stat().st_size > limits.HISTORY_MB * 1_000_000:
        raise UsageError(
            f"this audit takes {path.stat().st_size / 1e6:,.0f} MB, and {limits.HISTORY_MB} is the "
            "most that is kept from here. Keep it with audits history add."
        )
    deciding.not_too_fast(session)
    text = path.read_text(encoding="utf-8")
    made = kept_as(stores.store(session), series.strip(), audit, label=label, document=text)
    remember(session, audit, series.strip())
    return made


# -- whose numbers are shown -----------------------------------------------------------------------


def veiled(session: Session, read: tuple[Noted, ...]) -> tuple[Noted, ...]:
    """Return audits of a store without the numbers that whoever is before the page may not see."""
    if not hiding.least(roles.person(session)):
        return read
    return tuple(replace(one, brief=_without_few(one.brief)) for one in read)


def _without_few(brief: Brief) -> Brief:
    points = {
        question: {group: point for group, point in of.items() if group not in brief.few}
        for question, of in brief.points.items()
    }
    return replace(brief, points=points)


def before(session: Session, one: KeptAudit) -> Audit:
    """Open an audit of the history, for whoever is before the page.

    Raises
    ------
    InputError
        If this version cannot read it.
    """
    found = dated(stores.store(session).audit(one.series, one.number)).audit
    return protected(found, max(hiding.least(roles.person(session)), found.min_cell))
