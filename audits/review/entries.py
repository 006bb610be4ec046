"""What people enter, looked at before it is kept: names, reasons, edits, signatures."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from audits.errors import UsageError
from audits.review.records import Action, Reviewer
from audits.visible import visible

REASON_LENGTH = 2_000
"""Characters of a reason or of a signature's statement: about a page."""

NAME_LENGTH = 200
"""Characters of a reviewer's name, of a login, or of a label."""

EDIT_LENGTH = 100_000
"""Characters of an edit, written as JSON: a long text in every one of several columns."""

IDENTITIES = ("typed", "login")
_NOT_TEXT = re.compile(r"[\x00\ud800-\udfff]")
_REQUEST = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """One act of one person, checked: what is said of one item or of many."""

    action: Action
    reason: str
    reviewer: Reviewer
    request: str
    adjudicates: bool = False
    many: bool = False
    edit: Mapping[str, Any] = field(default_factory=dict)


def checked(entry: Entry) -> Entry:
    """Return the entry as it is kept; UsageError says what is wrong with it."""
    action = _action(entry.action)
    if entry.adjudicates and action is Action.ESCALATE:
        raise UsageError("an adjudication settles an item. Choose keep, remove or edit.")
    if not _REQUEST.fullmatch(entry.request):
        raise UsageError(
            f"the request {entry.request[:80]!r} is no token. Use up to 64 letters, digits and "
            "marks such as - or _, for example uuid4().hex."
        )
    return replace(
        entry,
        action=action,
        reason=sentence("reason", entry.reason),
        reviewer=checked_reviewer(entry.reviewer),
        edit=_edit(action, entry.edit),
    )


def _action(value: str) -> Action:
    try:
        return Action(value)
    except ValueError:
        names = ", ".join(Action)
        raise UsageError(f"{value!r} is no decision. Choose one of {names}.") from None


def _edit(action: Action, edit: Mapping[str, Any]) -> Mapping[str, Any]:
    if action is not Action.EDIT and edit:
        raise UsageError(f"new values go with the decision edit, not with {action.value}.")
    if action is Action.EDIT and not edit:
        raise UsageError("an edit needs the new value of one column at least.")
    text = strict_json("the edit", edit)
    if len(text) > EDIT_LENGTH:
        raise UsageError(
            f"the edit takes {len(text):,} characters; {EDIT_LENGTH:,} are allowed. Edit the "
            "data where they are made."
        )
    kept: Mapping[str, Any] = json.loads(text)
    return kept


def strict_json(what: str, value: Mapping[str, Any]) -> str:
    """Write a mapping as JSON, in ASCII, so that every text comes back as it went in."""
    if not all(isinstance(name, str) for name in value):
        raise UsageError(f"{what} has a name that is no text. Names of columns are texts.")
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(
            f"{what} holds a value that JSON does not have ({error}). Use texts, finite numbers, "
            "true, false and null."
        ) from error


def sentence(what: str, text: str) -> str:
    """Return a reason or a statement without blanks around it."""
    stripped = text.strip()
    if not stripped:
        raise UsageError(f"the {what} is empty. Say why, in a sentence.")
    if len(stripped) > REASON_LENGTH:
        raise UsageError(
            f"the {what} has {len(stripped):,} characters; {REASON_LENGTH:,} are allowed. Shorten "
            "it."
        )
    found = _NOT_TEXT.search(stripped)
    if found:
        raise UsageError(
            f"the {what} holds {visible(found.group())}, which is no character of a text. Take it "
            "out."
        )
    return stripped


def checked_reviewer(reviewer: Reviewer) -> Reviewer:
    """Return a reviewer whose name takes one line and shows all that it holds."""
    if reviewer.identity not in IDENTITIES:
        raise UsageError(f"an identity is typed or login, not {reviewer.identity!r}.")
    name = reviewer_name(reviewer.name)
    if reviewer.identity == "typed":
        return Reviewer(name)
    return Reviewer(name, reviewer.identity, one_line("login", reviewer.subject))


def reviewer_name(text: str) -> str:
    """Return a name in the one form in which it is kept.

    >>> reviewer_name("  Ann   Lee ")
    'Ann Lee'
    """
    return one_line("reviewer's name", " ".join(text.split()))


def one_line(what: str, text: str, why: str = "Decisions carry a name.") -> str:
    """Return a short text without controls or marks that turn its direction."""
    kept = unicodedata.normalize("NFC", text)
    if not kept.strip():
        raise UsageError(f"the {what} is empty. {why}")
    if len(kept) > NAME_LENGTH:
        raise UsageError(
            f"the {what} has {len(kept):,} characters; {NAME_LENGTH} are allowed. Shorten it."
        )
    if visible(kept) != kept:
        raise UsageError(f"the {what} holds what cannot be seen: {visible(kept)}. Take it out.")
    return kept


def checked_digest(digest: str) -> str:
    """Return a SHA-256, in lower case."""
    if not _DIGEST.fullmatch(digest.lower()):
        raise UsageError(f"{digest[:80]!r} is no SHA-256. It has 64 hexadecimal digits.")
    return digest.lower()
