"""Who may do what: readers see, reviewers decide, owners settle and sign.

Where people log in, a role comes from what the identity provider says of them, or from a list;
who is in neither is a reader. Where nobody logs in, the dashboard answers this machine only, a name
is typed, and everything that is decided carries that it was.

What a page does not offer is refused as well: `needed` or `allowed` is asked by every call that
changes something (see `deciding`), not by the page that shows a button for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import streamlit as st

import limits
import logins
from audits.errors import UsageError
from audits.review.records import Reviewer
from sessions import Session

_PERSON = "person"  # the session's document with the name that was typed


class Role(IntEnum):
    """What somebody may do; each may do what those before may."""

    READER = 1
    REVIEWER = 2
    OWNER = 3

    @property
    def word(self) -> str:
        """The role as secrets and pages write it."""
        return self.name.lower()


_DOES = {
    Role.READER: "look",
    Role.REVIEWER: "open a queue, decide, or keep an audit in a history",
    Role.OWNER: "lift hiding, sign, or settle every dispute",
}


@dataclass(frozen=True)
class Person:
    """Somebody before the page; `reviewer` is None until they have a name."""

    role: Role
    reviewer: Reviewer | None

    @property
    def may_decide(self) -> bool:
        """Whether the page offers them decisions."""
        return self.reviewer is not None and self.role >= Role.REVIEWER


def person(session: Session) -> Person:
    """Return who is before the page.

    Raises
    ------
    UsageError
        If the secrets say roles in a way that cannot be read: nobody is taken for more than they
        are.
    """
    if logins.configured():
        if not logins.logged_in():
            return Person(Role.READER, None)
        claims = st.user.to_dict()
        return Person(role_of(claims, declared()), known(claims))
    name = str(session.read(_PERSON).get("name", ""))
    return Person(Role.OWNER, Reviewer(name) if name else None)


def call(session: Session, name: str) -> None:
    """Keep the name that somebody typed.

    Raises
    ------
    UsageError
        If it is empty or too long, or people log in here, whose names are not typed.
    """
    if logins.configured():
        raise UsageError("people log in here: the name is that of the log-in. Nothing was changed.")
    given = " ".join(name.split())
    if not given or len(given) > limits.NAME_LETTERS:
        raise UsageError(
            f"a name has 1 to {limits.NAME_LETTERS} letters, and this one has {len(given):,}. Type "
            "the name under which your decisions are to be kept."
        )
    session.write(_PERSON, {"name": given})


def allowed(session: Session, role: Role) -> Person:
    """Return who is before the page, once it is sure that their role reaches.

    Raises
    ------
    UsageError
        If it does not.
    """
    who = person(session)
    if who.role < role:
        raise UsageError(
            f"your role is {who.role.word}, and only the role {role.word} may {_DOES[role]}. Ask "
            "whoever runs this dashboard. Nothing was changed."
        )
    return who


def needed(session: Session, role: Role) -> Reviewer:
    """Return who acts, once it is sure that they may, and that it carries a name.

    Raises
    ------
    UsageError
        If their role does not reach, or nobody has said who they are.
    """
    who = allowed(session, role)
    if who.reviewer is None:
        raise UsageError("a decision carries a name. Type yours first; nothing was changed.")
    return who.reviewer


# -- where people log in ---------------------------------------------------------------------------


def known(claims: Mapping[str, Any]) -> Reviewer:
    """Return whom the identity provider names; the subject tells two of one name apart.

    >>> known({"iss": "https://id", "sub": "7", "name": "Anna"})
    Reviewer(name='Anna', identity='login', subject='https://id 7')
    """
    name = next((str(claims[n]) for n in ("name", "email", "sub") if claims.get(n)), "nobody")
    subject = f"{claims.get('iss', '')} {claims.get('sub', '')}"
    return Reviewer(name[: limits.NAME_LETTERS], "login", subject)


def role_of(claims: Mapping[str, Any], told: Mapping[str, Any]) -> Role:
    """Return the highest role that a claim or a list gives; else reader.

    >>> role_of({"roles": ["reviewer"]}, {"role_claim": "roles"})
    <Role.REVIEWER: 2>
    >>> role_of({"email": "ann@example.org"}, {"people": {"owner": ["ann@example.org"]}})
    <Role.OWNER: 3>
    >>> role_of({"role": "owner"}, {})
    <Role.READER: 1>
    """
    names = _names(told, "roles", default=True)
    people = _names(told, "people", default=False)
    claimed = _claimed(claims, told.get("role_claim"))
    is_who = {str(claims[name]) for name in ("sub", "email") if claims.get(name)}
    if claims.get("email_verified") is False:  # anybody may type such an address
        is_who.discard(str(claims.get("email")))
    return max(
        (role for role in Role if names[role] & claimed or people[role] & is_who),
        default=Role.READER,
    )


def declared() -> Mapping[str, Any]:
    """Return the part [audits] of the secrets; empty where there is none."""
    told = st.secrets.get("audits", {})
    if not isinstance(told, Mapping):
        raise UsageError("secrets.toml: audits is no table. Write [audits], and beneath it roles.")
    return told


def _claimed(claims: Mapping[str, Any], claim: Any) -> set[str]:
    if claim is None:
        return set()
    if not isinstance(claim, str):
        raise UsageError('secrets.toml: role_claim is no text. Write role_claim = "roles".')
    given = claims.get(claim, ())
    return {given} if isinstance(given, str) else {str(one) for one in given or ()}


def _names(told: Mapping[str, Any], part: str, *, default: bool) -> dict[Role, Collection[str]]:
    """Return per role what gives it; roles that are not spelled out are called by their names."""
    table = told.get(part, {})
    if not isinstance(table, Mapping) or not all(map(_is_list, table.values())):
        raise UsageError(
            f"secrets.toml: [audits.{part}] has something that is no list of texts. Write for "
            'example: reviewer = ["…", "…"].'
        )
    if unknown := sorted(set(table) - {role.word for role in Role}):
        raise UsageError(
            f"secrets.toml: [audits.{part}] names {unknown[0]!r}, which is no role. There are "
            "reader, reviewer and owner."
        )
    return {
        role: set(table.get(role.word, (role.word,) if default else ())) for role in Role
    }  # fmt: skip


def _is_list(given: Any) -> bool:
    return isinstance(given, list | tuple) and all(isinstance(one, str) for one in given)
