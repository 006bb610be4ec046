"""A session's folder: private, found again by its address, gone when it has not been used."""

import io
import os
import stat
import time

import dashboard_folder
import pytest
from hypothesis import given
from hypothesis import strategies as some

import audits
import draft
import logins
import sessions
import state
from audits.results import as_group
from sessions import SessionOverError


@pytest.fixture(autouse=True)
def _workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDITS_WORKSPACE", str(tmp_path / "workspace"))


def make_older(session, hours):
    then = time.time() - hours * 3600
    os.utime(session.folder, (then, then))


def test_a_session_is_found_again_by_its_token():
    made = sessions.new_session()
    made.write("draft", {"sensitive": ["sex"]})
    assert sessions.open_session(made.token).read("draft") == {"sensitive": ["sex"]}


def test_the_folder_of_all_sessions_and_each_in_it_are_readable_by_nobody_else():
    made = sessions.new_session()
    for folder in (sessions.root(), made.folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_token_cannot_be_guessed_or_repeated():
    tokens = {sessions.new_session().token for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {32}, "128 bits, four to a letter"


@pytest.mark.parametrize(
    "token",
    ["", "..", "../../etc", "/etc/passwd", "a" * 31, "A" * 32, "a" * 33, "\0" * 32, "é" * 32,
     "0" * 31 + "\n", "0" * 32 + "\n"],
)  # fmt: skip
def test_what_is_no_token_leads_nowhere(token):
    with pytest.raises(SessionOverError, match="names no session"):
        sessions.open_session(token)


def test_a_session_that_was_not_used_for_a_day_is_over_and_swept():
    old, young = sessions.new_session(), sessions.new_session()
    make_older(old, hours=24.1)
    make_older(young, hours=23.9)
    with pytest.raises(SessionOverError, match="24 hours"):
        sessions.open_session(old.token)
    assert sessions.sweep() == 1
    assert not old.folder.exists()
    assert young.folder.exists()


def test_sweeping_leaves_alone_what_is_no_session():
    other = sessions.root() / "notes"
    other.mkdir()
    os.utime(other, (0, 0))
    assert sessions.sweep() == 0
    assert other.exists()


def test_a_session_of_a_person_opens_for_no_other_and_for_nobody_unknown():
    made = sessions.new_session("anna")
    assert sessions.open_session(made.token, "anna").token == made.token
    for other in ("berta", ""):
        with pytest.raises(SessionOverError, match="another person"):
            sessions.open_session(made.token, other)


def test_who_a_person_is_depends_on_who_says_so_as_well():
    def owner(**person):
        class Known:
            is_logged_in = True

            def get(self, name, default):
                return person.get(name, default)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(logins, "configured", lambda: True)
            patch.setattr(logins.st, "user", Known())
            return logins.owner()

    assert owner(iss="a", sub="1") == owner(iss="a", sub="1")
    assert len({owner(iss="a", sub="1"), owner(iss="b", sub="1"), owner(iss="a", sub="2"),
                owner(iss="a1", sub=""), ""}) == 5  # fmt: skip


# -- files -----------------------------------------------------------------------------------------


@given(some.text(max_size=300))
def test_no_name_of_an_upload_can_leave_its_folder(label):
    name = sessions.safe_name(label)
    assert "/" not in name
    assert "\\" not in name
    assert not name.startswith(".")
    assert name.isprintable()
    assert 0 < len(name.encode()) < 255


@pytest.mark.parametrize("ending", [".csv", ".CSV.GZ", ".parquet", ".jsonl", ".feather", ".tsv"])
def test_the_ending_of_a_file_survives_whatever_stands_before_it(ending):
    for stem in ("../../x", "a" * 400, "<script>", "=1+1", "\u202e", "a\0b", "…", "表"):
        assert sessions.safe_name(stem + ending).endswith(ending.lower())


def test_an_upload_lies_in_a_folder_of_its_own_and_is_whole():
    session = sessions.new_session()
    body = os.urandom(3_000_000)
    first = session.add_table(io.BytesIO(body), "a.csv")
    second = session.add_table(io.BytesIO(b"x"), "a.csv")
    assert first != second
    assert first.read_bytes() == body
    assert session.folder in first.parents


def test_an_upload_that_breaks_off_leaves_nothing():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise OSError("gone")

    session = sessions.new_session()
    with pytest.raises(OSError, match="gone"):
        session.add_table(Broken(), "a.csv")
    assert not [path for path in session.folder.rglob("*") if path.name.endswith("a.csv")]
    assert not list((session.folder / "tables").iterdir())


def test_removing_a_table_deletes_an_upload_and_never_a_file_from_elsewhere(tmp_path):
    session = sessions.new_session()
    own = session.add_table(io.BytesIO(b"x"), "a.csv")
    theirs = tmp_path / "theirs.csv"
    theirs.write_text("x")
    for path in (own, theirs):
        session.write("draft", {"real": {"path": str(path), "label": path.name}})
        draft.remove(session, "real", str(path))
        assert session.read("draft") == {}
    assert not own.exists()
    assert theirs.exists()


def test_a_sentence_names_an_upload_without_saying_where_it_lies():
    session = sessions.new_session()
    path = session.add_table(io.BytesIO(b"x"), "real.csv")
    assert sessions.without_places(f"{path}: is empty.") == "real.csv: is empty."
    assert sessions.without_places("/home/me/real.csv: no.") == "/home/me/real.csv: no."


def test_a_document_is_replaced_whole_or_not_at_all(monkeypatch):
    session = sessions.new_session()
    session.write("look", {"min_cell": 5})
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        session.write("look", {"min_cell": 6})
    assert session.read("look") == {"min_cell": 5}
    assert not list(session.folder.glob(".part*"))


def test_the_same_audit_kept_twice_is_one_and_another_sessions_audit_is_not_there(tmp_path):
    here, there = sessions.new_session(), sessions.new_session()
    for _ in range(2):
        made = tmp_path / "made.json"
        made.write_text('{"a": 1}')
        audit_id = here.keep_audit(made, "label")
    assert [kept.id for kept in here.audits()] == [audit_id]
    assert here.audit_path(audit_id)
    assert there.audit_path(audit_id) is None
    assert here.audit_path("../" + audit_id) is None


# -- groups in an address --------------------------------------------------------------------------

_GROUPS = some.dictionaries(
    some.text(some.characters(), max_size=12), some.text(some.characters(), max_size=12), max_size=4
).map(as_group)


@given(_GROUPS)
def test_a_group_in_an_address_is_read_back_as_it_was(group):
    text = state.group_text(group)
    assert state.group_of(text) == group
    assert text.isascii()
    assert not set(text) & set("&=%#?/+ \n\"'<>")


def test_half_a_letter_in_a_name_survives_the_address():
    group = (("a\ud800", "\udfff"),)
    assert state.group_of(state.group_text(group)) == group


@given(some.lists(_GROUPS, min_size=2, max_size=2, unique=True))
def test_two_groups_never_have_one_address(groups):
    assert len({state.group_text(group) for group in groups}) == 2


@pytest.mark.parametrize("text", ["", "race", "race.Black.sex", "~FF.~FF", "?"])
def test_a_text_that_is_no_group_is_none(text):
    assert state.group_of(text) is None


def test_everyone_is_not_a_group_called_everyone():
    assert state.group_of(state.group_text(())) == ()
    one = as_group({"everyone": "everyone"})
    assert state.group_of(state.group_text(one)) == one


def test_the_package_is_the_one_beside_the_dashboard():
    assert audits.__file__.startswith(str(dashboard_folder.FOLDER.parent))
