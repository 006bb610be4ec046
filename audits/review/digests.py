"""What an audit is known by: the SHA-256 of its JSON as it is saved."""

from __future__ import annotations

import hashlib
import json

from audits.errors import UsageError
from audits.results import Audit
from audits.review.records import Queue


def audit_text(audit: Audit) -> str:
    """Return an audit's JSON, the same as `Audit.save` writes."""
    return json.dumps(audit.to_dict(), allow_nan=False, ensure_ascii=False)


def audit_digest(audit: Audit) -> str:
    """Return the SHA-256 of an audit as it is saved, as 64 hexadecimal digits.

    It equals that of the file, where this version of audits wrote it.
    """
    return hashlib.sha256(audit_text(audit).encode("utf-8", "backslashreplace")).hexdigest()


def check_audit(queue: Queue, audit: Audit, named: str) -> None:
    """Refuse an audit that is not the one a queue was opened for.

    Raises
    ------
    UsageError
        If it is another; `named` says which was given.
    """
    if (found := audit_digest(audit)) != queue.audit:
        raise UsageError(
            f"{named} is not the audit that queue {queue.id} reviews: its SHA-256 begins with "
            f"{found[:12]}, the queue's with {queue.audit[:12]}. Give the audit that the queue was "
            "opened with, or open a queue for this one."
        )
