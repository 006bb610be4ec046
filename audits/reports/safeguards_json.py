"""Exceptions in a saved audit, and back."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from audits.results import Audit, Group, Verdict
from audits.safeguards import Accepted, Excused, Safeguards, Stale, enforce


def safeguards_to_dict(audit: Audit) -> dict[str, Any]:
    """The exceptions an audit was made under, and what they come to on that day.

    `finding` and `exception` are places in the lists of both, from 0.
    """
    kept = audit.safeguards or Safeguards(())
    found = enforce(audit)
    places = {id(one): place for place, one in enumerate(audit.findings)}

    def excused(listed: Iterable[Excused]) -> list[dict[str, int]]:
        return [
            {
                "finding": places[id(one.finding)],
                "exception": kept.exceptions.index(one.exception),
            }
            for one in listed
        ]

    def unmatched(listed: Iterable[Stale]) -> list[dict[str, Any]]:
        return [
            {"exception": kept.exceptions.index(one.exception), "why": one.why} for one in listed
        ]

    return {
        "file": kept.file,
        "sha256": kept.sha256,
        "enforced_on": found.today.isoformat(),
        "exceptions": [_exception(one) for one in kept.exceptions],
        "accepted": excused(found.accepted),
        "expired": excused(found.expired),
        "worse": excused(found.worse),
        "stale": unmatched(found.stale),
        "unasked": unmatched(found.unasked),
    }


def _exception(one: Accepted) -> dict[str, Any]:
    return {
        "question": one.question,
        "group": None if one.group is None else dict(one.group),
        "attribute": one.attribute,
        "verdict": one.verdict.value,
        "owner": one.owner,
        "reason": one.reason,
        "expires": one.expires.isoformat(),
        "id": one.id,
        "place": one.place,
    }


def safeguards_from_dict(document: Mapping[str, Any] | None) -> Safeguards | None:
    """Rebuild from `safeguards_to_dict`; what they come to is worked out again."""
    if document is None:
        return None
    day = document["enforced_on"]
    return Safeguards(
        tuple(_accepted(one) for one in document["exceptions"]),
        document["file"],
        document["sha256"],
        None if day is None else datetime.date.fromisoformat(day),
    )


def _accepted(document: Mapping[str, Any]) -> Accepted:
    fields = dict(document)
    fields["group"] = None if fields["group"] is None else _group(fields["group"])
    fields["verdict"] = Verdict(fields["verdict"])
    fields["expires"] = datetime.date.fromisoformat(fields["expires"])
    return Accepted(**fields)


def _group(document: Mapping[str, str]) -> Group:
    return tuple(sorted(document.items()))
