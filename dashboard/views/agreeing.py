"""How far reviewers agree: computed when somebody asks, as a queue may be long."""

from __future__ import annotations

from collections import Counter

import streamlit as st

import hiding
import parts
import roles
import signing_off
from audits.estimates import Estimate, many, percent
from audits.results import Audit, Group, Verdict, group_name
from audits.review.agreement import AgreementLine, agreements
from audits.review.records import Queue, Wanted
from audits.review.store import Store
from audits.settings import Settings
from audits.visible import visible
from roles import Person, Role
from sessions import Session

_COLUMNS = (
    parts.Column("Group"),
    parts.Column("Items both decided on", "right"),
    parts.Column("Agree on", "right"),
    parts.Column("Cohen's kappa", "right"),
)
_MEANS = (
    "Kappa is 1 where two people agree on everything, and 0 where they agree as often as chance "
    "would have them. It is low where one answer is rare, even among people who seldom disagree: "
    "read it with the share beside it."
)


@parts.piece
def show(session: Session, store: Store, queue: Queue, audit: Audit | None) -> None:
    """Show how far every two reviewers agree; `audit` is the queue's, where it is at hand."""
    parts.heading("Agreement")
    asked = st.toggle("Compare what reviewers decided", key=f"agreement-{queue.id}")
    if not asked:
        parts.paragraph("Computed when it is asked for: every decision is read.", quiet=True)
        return
    with st.spinner("Reading every decision"):
        lines = _lines(store, queue)
    if not lines:
        parts.paragraph(
            "Nobody can be compared yet: it takes two people who decided on the same items."
        )
        return
    _pair(_chosen(lines, queue), _settings(queue), _seen(roles.person(session), audit))


# -- what is computed ------------------------------------------------------------------------------


def _lines(store: Store, queue: Queue) -> tuple[AgreementLine, ...]:
    """Compare every two; held until somebody decides."""
    now = (queue.id, signing_off.standing(store, queue.id))
    held = st.session_state.get("agreement-held")
    if held is None or held[0] != now:
        held = (now, _compared(store, queue))
        st.session_state["agreement-held"] = held
    found: tuple[AgreementLine, ...] = held[1]
    return found


def _compared(store: Store, queue: Queue) -> tuple[AgreementLine, ...]:
    """Read the items that two people decided on, and no others."""
    decisions = list(store.decisions(queue.id))
    people = {(one.item, one.reviewer, one.identity, one.subject) for one in decisions}
    several = Counter(item for item, *_ in people)
    ids = tuple(item for item, number in several.items() if number > 1)
    items = [shown.item for shown in store.items(queue.id, Wanted(ids=ids))] if ids else []
    return agreements(items, decisions, _settings(queue))


def _settings(queue: Queue) -> Settings:
    return Settings().having(**dict(queue.settings))


# -- what is shown ---------------------------------------------------------------------------------


def _seen(who: Person, audit: Audit | None) -> frozenset[Group] | None:
    """Return which groups are left out for somebody; None for all.

    Which groups an audit hides can be told with the audit only.
    """
    if who.role >= Role.OWNER:
        return frozenset()
    return None if audit is None else hiding.groups(who, audit)


def _chosen(lines: tuple[AgreementLine, ...], queue: Queue) -> list[AgreementLine]:
    """Ask for two reviewers where there are more, and return their lines: everyone's is first."""
    pairs = list(dict.fromkeys((line.first, line.second) for line in lines))
    pair = pairs[0]
    if len(pairs) > 1:
        names = dict(enumerate(pairs))
        pair = names[
            st.selectbox(
                "Reviewers", list(names), key=f"pair-{queue.id}",
                format_func=lambda n: visible(" and ".join(names[n])),
            )
        ]  # fmt: skip
    return [line for line in lines if (line.first, line.second) == pair]


def _pair(lines: list[AgreementLine], settings: Settings, hidden: frozenset[Group] | None) -> None:
    everyone, groups = lines[0], lines[1:]
    parts.paragraph(everyone.because)
    parts.paragraph(_MEANS, quiet=True)
    shown = [] if hidden is None else [one for one in groups if one.group not in hidden]
    shown.sort(key=lambda one: not one.enough)
    rows = [_row(one, settings) for one in (everyone, *shown)]
    parts.table(
        _COLUMNS, rows[: parts.MOST_LINES], note=_note(len(rows), len(groups) - len(shown)),
        caption=f"Agreement of {everyone.first} and {everyone.second}, overall and by group; each "
        f"with its {percent(settings.confidence)} interval",
    )  # fmt: skip


def _row(line: AgreementLine, settings: Settings) -> list[parts.Cell]:
    """Write a line; of fewer items than a verdict takes, nothing is concluded."""
    name = group_name(line.group)
    if not line.enough:
        few = f"fewer than {settings.support_problem:,}"
        return [name, few if line.group else f"{line.items:,}", "–", Verdict.NOT_ENOUGH_EVIDENCE]
    kappa = _kappa(line.kappa) if line.kappa.known else "unknown: one answer only"
    return [name, f"{line.items:,}", _share(line.raw), kappa]


def _share(one: Estimate) -> str:
    return f"{percent(one.value)} ({percent(one.low).removesuffix(' %')} to {percent(one.high)})"


def _kappa(one: Estimate) -> str:
    """Write a kappa with two decimals: it is no share that could be small and matter."""
    return "{:.2f} ({:.2f} to {:.2f})".format(
        *(round(part, 2) + 0.0 for part in (one.value, one.low, one.high))
    )


def _note(rows: int, left_out: int) -> str:
    said = []
    if rows > parts.MOST_LINES:
        said.append(
            f"{parts.MOST_LINES} of {rows:,} lines; `audits review agreement` prints all of them."
        )
    if left_out:
        said.append(f"{many(left_out, 'group')} left out: their numbers are hidden here.")
    return " ".join(said)
