"""Who may do what, where people log in and where they do not."""

import dashboard_folder  # noqa: F401, makes the dashboard's modules importable
import pytest

import deciding
import logins
import roles
import sessions
from audits.errors import UsageError
from audits.review.records import Action, Item, Shown, Status
from deciding import Said
from roles import Role, role_of

PEOPLE = {"people": {"reviewer": ["7"], "owner": ["ann@example.org"]}}
CLAIMS = {"role_claim": "groups", "roles": {"owner": ["stewards"], "reviewer": ["readers-2"]}}


@pytest.fixture(autouse=True)
def _workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDITS_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.delenv("AUDITS_STORE", raising=False)


@pytest.mark.parametrize(
    ("claims", "told", "role"),
    [
        ({}, {}, Role.READER),
        ({"groups": ["stewards", "x"]}, CLAIMS, Role.OWNER),
        ({"groups": "readers-2"}, CLAIMS, Role.REVIEWER),
        ({"groups": None}, CLAIMS, Role.READER),
        ({"groups": ["owner"]}, CLAIMS, Role.READER),
        ({"roles": ["owner"]}, {"role_claim": "roles"}, Role.OWNER),
        ({"roles": ["owner"]}, {}, Role.READER),
        ({"sub": "7"}, PEOPLE, Role.REVIEWER),
        ({"email": "ann@example.org", "sub": "7"}, PEOPLE, Role.OWNER),
        ({"email": "ann@example.org", "email_verified": False}, PEOPLE, Role.READER),
        ({"name": "ann@example.org"}, PEOPLE, Role.READER),
    ],
)
def test_a_role_comes_from_a_claim_or_a_list_and_from_nothing_else(claims, told, role):
    assert role_of(claims, told) is role


@pytest.mark.parametrize(
    "told",
    [{"people": ["x"]}, {"people": {"owner": "x"}}, {"roles": {"boss": ["x"]}}, {"role_claim": 3}],
)
def test_roles_that_cannot_be_read_make_nobody_more_than_they_are(told):
    with pytest.raises(UsageError, match=r"secrets\.toml"):
        role_of({"sub": "x"}, told)


def _logged_in(monkeypatch, told, **claims):
    class User:
        is_logged_in = True

        def to_dict(self):
            return {"iss": "https://id", **claims}

    monkeypatch.setattr(logins, "configured", lambda: True)
    monkeypatch.setattr(roles, "declared", lambda: told)
    monkeypatch.setattr(roles.st, "user", User())
    return sessions.new_session("who")


def _item():
    return Shown(Item("0" * 16, "record", "copy", "why", 1.0, ()), Status.UNREVIEWED, 0)


def test_a_reader_decides_and_signs_nothing_and_a_reviewer_does_not_sign(monkeypatch):
    reader = _logged_in(monkeypatch, PEOPLE, sub="1")
    for call in (
        lambda: deciding.decide(reader, "q", _item(), Said(Action.KEEP, "x"), "r"),
        lambda: deciding.decide_many(reader, "q", {"0": 0}, Said(Action.KEEP, "x"), "r"),
        lambda: deciding.sign(reader, "q", "x"),
    ):
        with pytest.raises(UsageError, match="your role is reader"):
            call()
    reviewer = _logged_in(monkeypatch, PEOPLE, sub="7")
    with pytest.raises(UsageError, match="your role is reviewer, and only the role owner"):
        deciding.sign(reviewer, "q", "x")


def test_where_people_log_in_no_name_is_typed(monkeypatch):
    session = _logged_in(monkeypatch, PEOPLE, sub="7", name="Ann")
    with pytest.raises(UsageError, match="log in here"):
        roles.call(session, "Eve")
    assert roles.needed(session, Role.REVIEWER).subject == "https://id 7"


def test_a_server_open_to_other_machines_without_log_in_shows_nothing(monkeypatch):
    monkeypatch.setattr(logins.st.runtime, "exists", lambda: True)
    for address, open_ in (("127.0.0.1", False), ("0.0.0.0", True), (None, True)):
        monkeypatch.setattr(logins.st, "get_option", lambda _name, a=address: a)
        assert logins.open_to_all() is open_
