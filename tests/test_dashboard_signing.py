"""The rest of a review on the page: queues opened, agreement, signatures, what is handed over."""

import csv
import json
import os
import random
import time

import dashboard_folder  # noqa: F401, makes the dashboard's modules importable
import pytest
from dashboard_folder import said, session_of, turn_to, visit

import audits
import deciding
import handing_over
import hiding
import limits
import logins
import opening_queues
import roles
import running
import sessions
import signing_off
import state
import stores
from audits.errors import ConflictError, UnknownNameError, UsageError
from audits.launch import STARTS_WITH, STORE
from audits.results import group_name
from audits.review.digests import audit_digest
from audits.review.records import Action, Item, Queue, Reviewer
from audits.review.signing import Signed
from audits.review.store import Store
from opening_queues import Asked
from views import agreeing
from views import signing as signing_view

ANN, BOB = Reviewer("Ann"), Reviewer("Bob")
LONG = "ዜጋ·人々·" + "x" * 40
RARE, FEMALE = (("race", "rare"),), (("sex", "female"),)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """300 real rows, 300 made ones of which forty are copies, and their audit."""
    place = tmp_path_factory.mktemp("tables")
    chance = random.Random(7)
    rows = [
        (
            chance.choice(["female", "male"]),
            "rare" if n < 6 else LONG,
            chance.randrange(20, 80),
            chance.randrange(9000),
        )
        for n in range(600)
    ]  # fmt: skip
    for name, made in (("real", rows[:300]), ("made", [*rows[300:560], *rows[:40]])):
        with (place / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([("sex", "race", "age", "pay"), *made])
    audits.compare(
        place / "real.csv", place / "made.csv", sensitive_features=["sex", "race"],
        ask=["coverage", "drift"],
    ).save(place / "audit.json")  # fmt: skip
    return place


@pytest.fixture
def begun(folder, tmp_path, monkeypatch):
    """The dashboard as it begins: both tables, and the audit."""
    named = {
        "tables": {"real": str(folder / "real.csv"), "synthetic": str(folder / "made.csv")},
        "sensitive_features": ["sex", "race"],
        "audits": [str(folder / "audit.json")],
    }
    monkeypatch.setenv("AUDITS_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv(STARTS_WITH, json.dumps(named))
    monkeypatch.delenv(STORE, raising=False)
    deciding._LATELY.clear()
    return audits.load(folder / "audit.json")


@pytest.fixture
def session(begun):
    import opening

    made = sessions.new_session()
    opening.fill(made)
    return made


def calm(app):
    assert not app.exception
    assert "bug in the dashboard" not in said(app)
    return app


def review():
    return calm(turn_to(visit(), "review"))


def start(session, audit, token="one", **asked):
    (kept,) = session.audits()
    given = Asked(**{"take": ("finding", "copy"), **asked})
    opening_queues.start(session, kept.id, audit, kept.label, given, token)


def log_in(monkeypatch, role):
    class User:
        is_logged_in = True

        def to_dict(self):
            return {"iss": "https://id", "sub": "7", "name": "Cy", "roles": [role]}

        def get(self, name, default=None):
            return self.to_dict().get(name, default)

    monkeypatch.setattr(logins, "configured", lambda: True)
    monkeypatch.setattr(roles, "declared", lambda: {"role_claim": "roles"})
    for module in (roles, logins):
        monkeypatch.setattr(module.st, "user", User())


# -- a queue is opened -----------------------------------------------------------------------------


def finished(app, seconds=180.0):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        app.run()
        if (job := running.look(session_of(app))) is None or not job.running:
            return app.run()
        time.sleep(0.2)
    raise AssertionError("the queue was not opened")


def test_a_queue_is_opened_from_the_page_and_shown(begun, folder):
    app = review()
    assert "Nothing yet: every finding is unreviewed. Open a queue below" in said(app)
    app.multiselect(key="queue-take").set_value(["finding", "copy"])
    app.text_input(key="queue-name").set_value(f"first look {LONG}")
    app.button(key="open-queue-button").click().run()
    assert "Queue is being opened" in said(calm(app))
    app = calm(finished(app))
    assert not app.error, said(app)
    held = stores.store(session_of(app))
    (queue,) = held.queues()
    assert (queue.name, queue.audit) == (f"first look {LONG}", audit_digest(begun))
    assert queue.settings["review_min_cell"] == 11
    assert held.rules(queue.id)["copy"] == 40
    assert set(held.rules(queue.id)) <= {"copy", "coverage", "drift"}
    assert "copy" in said(app)
    assert "Open another queue" in said(app)
    assert running.look(session_of(app)) is None


def test_a_second_click_starts_nothing_and_another_queue_waits(session, begun, monkeypatch):
    spawned = []

    def spawn(folder, command, out, **surroundings):
        spawned.append((command, surroundings))
        me = os.getpid()
        running._note(folder, {**running._noted(folder), "pid": me, "born": running._born(me)})

    monkeypatch.setattr(running, "_spawn", spawn)
    monkeypatch.setenv(STORE, "postgresql+psycopg://ann:s3cret@db/review")
    start(session, begun, "one", name=" a\0  b ")
    start(session, begun, "one")
    ((command, surroundings),) = spawned
    assert {"open", "--name=a b", "--take=finding,copy", "--min-cell=11"} <= set(command)
    assert surroundings == {STORE: os.environ[STORE]}
    assert "s3cret" not in json.dumps(command)
    assert not [f for f in session.folder.rglob("*.*") if "s3cret" in f.read_text("utf-8")]
    with pytest.raises(running.BusyError, match="being opened already"):
        start(session, begun, "two")
    assert len(spawned) == 1


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"take": ()}, UsageError, "nothing is to be taken"),
        ({"take": ("debris",)}, UnknownNameError, "debris"),
        ({"name": "x" * 101}, UsageError, "101 letters"),
    ],
)
def test_what_makes_no_queue_is_refused_at_the_call(session, begun, asked, error, says):
    with pytest.raises(error, match=says):
        start(session, begun, **asked)
    assert running.look(session) is None


def test_tables_that_changed_or_went_since_the_audit_are_refused(session, begun, tmp_path):
    table = tmp_path / "made.csv"
    real = session.read("draft")["real"]
    session.write("draft", {"real": real, "synthetic": [{"path": str(table), "label": "made.csv"}]})
    with pytest.raises(UsageError, match=r"synthetic table of this audit, made\.csv, is not here"):
        start(session, begun)
    table.write_text("sex,race,age,pay\nfemale,rare,30,1\n")
    with pytest.raises(UsageError, match="has changed on disk since it was audited"):
        start(session, begun)
    assert running.look(session) is None


def test_an_audit_that_was_made_here_is_asked_of_again_as_it_was(session, begun, folder):
    (kept,) = session.audits()
    rules = {"rules": "/rules.toml", "kind": {"age": "numeric"}, "ask": ["coverage"]}
    made = {"real": str(folder / "real.csv"), "synthetic": str(folder / "made.csv"), **rules}
    session.write("requests", {kept.id: made})
    session.write("draft", {})  # other tables have been loaded since
    asked = opening_queues.request_of(session, kept.id, begun)
    assert {k: v for k, v in asked.items() if k != "sensitive_features"} == {
        "real": made["real"], "synthetic": made["synthetic"], "rules": "/rules.toml",
        "kind": {"age": "numeric"},
    }  # fmt: skip
    assert asked["sensitive_features"] == list(begun.sensitive_features)


def test_readers_open_nothing_and_only_owners_open_without_hiding(session, begun, monkeypatch):
    log_in(monkeypatch, "reader")
    with pytest.raises(UsageError, match="role is reader, and only the role reviewer may open"):
        start(session, begun)
    log_in(monkeypatch, "reviewer")
    with pytest.raises(UsageError, match="role is reviewer, and only the role owner may lift"):
        start(session, begun, min_cell=10)
    assert running.look(session) is None


def test_a_store_that_cannot_be_read_is_said_and_reports_stay(begun, tmp_path, monkeypatch):
    (tmp_path / "torn.sqlite").write_bytes(b"no database" * 100)
    monkeypatch.setenv(STORE, str(tmp_path / "torn.sqlite"))
    app = review()
    assert "torn.sqlite: this file is no store of decisions" in said(app)
    assert "Decisions cannot be read now" in said(app)
    assert app.get("download_button")
    assert "Open a queue" not in said(app)


def test_what_the_worker_says_of_a_store_is_said_on_the_page(session, begun, monkeypatch):
    def spawn(folder, command, out, **surroundings):
        (folder / "said.txt").write_text("a bar\naudits: s.sqlite: a newer version made it.\n")
        (folder / out).write_text("")
        running._note(folder, {**running._noted(folder), "pid": 1, "born": "never"})

    monkeypatch.setattr(running, "_spawn", spawn)
    start(session, begun)
    job = running.look(session)
    assert (job.error, job.queue, job.made) == ("s.sqlite: a newer version made it.", True, ())
    app = turn_to(visit(s=session.token), "review")
    assert "s.sqlite: a newer version made it." in said(calm(app))
    app.button(key="put-away").click().run()
    assert running.look(session) is None


# -- a queue that is there -------------------------------------------------------------------------


@pytest.fixture
def store(begun, tmp_path, monkeypatch):
    """A store with a queue of sixty items, forty of them of people, ten of the rare."""
    monkeypatch.setenv(STORE, str(tmp_path / "review.sqlite"))
    group = FEMALE
    items = [
        Item(f"{n:016x}", "record", "copy", f"Row {n + 1}: it equals a real row.", 60.0 - n,
             (*RARE, *group) if n >= 50 else group, n + 1)
        for n in range(60)
    ]  # fmt: skip
    with Store(str(tmp_path / "review.sqlite")) as made:
        made.add_queue(
            Queue(
                QUEUE, "first", audit_digest(begun), "d" * 64, "made.csv", 300, ("sex", "race"),
                {group: 50, (*RARE, *group): 10}, "2026-11-27T10:00:00+00:00",
            ),
            items,
        )  # fmt: skip
        yield made


QUEUE = "a" * 16


def ids(first, last):
    return {f"{n:016x}": 0 for n in range(first, last)}


def decided(store, who, action, first, last, version=0):
    seen = dict.fromkeys(ids(first, last), version)
    store.decide_many(QUEUE, seen, action, reason="looked", reviewer=who)


def named(app, name="Ann"):
    app.text_input(key="typed-name").set_value(name).run()
    return calm(app)


# -- agreement -------------------------------------------------------------------------------------


def compared(app):
    app.toggle(key=f"agreement-{QUEUE}").set_value(True).run()
    return calm(app)


def table_of(app):
    return next(e.proto.body for e in app.get("html") if "Agreement of" in e.proto.body)


def test_agreement_is_computed_when_asked_for_and_read_once(store, monkeypatch):
    read = []
    whole = agreeing._compared
    monkeypatch.setattr(agreeing, "_compared", lambda *given: read.append(1) or whole(*given))
    app = review()
    assert not read
    assert "Nobody can be compared yet" in said(compared(app))
    decided(store, ANN, Action.REMOVE, 0, 60)
    decided(store, BOB, Action.REMOVE, 0, 30, 1)
    decided(store, BOB, Action.KEEP, 30, 60, 1)
    app.run()
    told = said(calm(app))
    assert "Ann and Bob both decided on 60 items and agree on 50 % (37.7 to 62.3 %)" in told
    assert "Kappa is 1 where" in told
    rows = table_of(app)
    assert group_name(RARE) in rows
    assert "fewer than 30" in rows
    assert "not enough evidence" in rows
    app.run()
    assert len(read) == 2


def test_groups_whose_numbers_are_hidden_are_left_out_for_who_may_not_see_them(
    store, begun, monkeypatch
):
    decided(store, ANN, Action.REMOVE, 0, 60)
    decided(store, BOB, Action.REMOVE, 0, 60, 1)
    log_in(monkeypatch, "reviewer")
    who = roles.Person(roles.Role.REVIEWER, ANN)
    assert RARE in hiding.groups(who, begun)
    assert not hiding.groups(roles.Person(roles.Role.OWNER, ANN), begun)
    app = compared(review())
    rows = table_of(app)
    assert group_name(FEMALE) in rows
    assert "rare" not in rows
    assert "left out: their numbers are hidden here" in said(app)


# -- signing ---------------------------------------------------------------------------------------


def press(app, statement="I saw every copy."):
    app.text_area(key=f"statement-{QUEUE}").set_value(statement)
    app.button(key=f"sign-button-{QUEUE}").click().run()
    return calm(app)


def test_an_owner_signs_and_sees_whether_it_stands_and_what_came_later(store):
    decided(store, ANN, Action.REMOVE, 0, 3)
    decided(store, BOB, Action.KEEP, 0, 1, 1)
    app = named(review())
    told = said(app)
    assert "57 of 60 items are unreviewed, 1 is disputed. They are signed as what they are" in told
    assert "Nobody has signed." in told
    assert "is missing" in said(press(app, " "))
    app = press(app, f"I saw every copy, {LONG} <b>")
    (made,) = store.signatures(QUEUE)
    assert (made.reviewer, made.identity, made.unreviewed) == ("Ann", "typed", 57)
    told = said(app)
    assert "Signed." in told
    assert made.digest in told
    assert "UTC: stands." in told
    assert "&lt;b&gt;" in told
    decided(store, BOB, Action.KEEP, 5, 6)
    assert "stands; 1 decision since, not covered" in said(calm(app.run()))
    assert "does NOT stand" in signing_view._stands(Signed(made, holds=False, later=0))


def test_what_was_signed_is_what_was_seen_and_twice_is_once(session, store):
    roles.call(session, "Ann")
    seen = signing_off.standing(store, QUEUE)
    first = signing_off.sign(session, QUEUE, "I saw it.", seen, "r1")
    assert signing_off.sign(session, QUEUE, "I saw it.", seen, "r1") == first
    decided(store, BOB, Action.KEEP, 5, 7)
    with pytest.raises(ConflictError, match="somebody has decided since"):
        signing_off.sign(session, QUEUE, "I saw it.", seen, "r2")
    assert store.signatures(QUEUE) == (first,)


def test_of_a_long_queue_signatures_are_checked_when_somebody_asks(store, monkeypatch):
    from audits.review import signing

    signing.sign(store, QUEUE, ANN, "I saw it.")
    monkeypatch.setattr(limits, "CHECKED_UNASKED", 10)
    app = review()
    assert "not checked" in said(app)
    app.button(key=f"check-{QUEUE}").click().run()
    assert "UTC: stands." in said(calm(app))
    assert "UTC: stands." in said(calm(app.run()))


@pytest.mark.parametrize("role", ["reader", "reviewer"])
def test_who_is_no_owner_sees_signatures_and_makes_none(store, monkeypatch, role):
    from audits.review import signing

    signing.sign(store, QUEUE, ANN, "I saw it.")
    log_in(monkeypatch, role)
    app = review()
    told = said(app)
    assert "UTC: stands." in told
    assert f"Owners sign; your role is {role}." in told
    assert not [b for b in app.button if b.key == f"sign-button-{QUEUE}"]
    seen = signing_off.standing(store, QUEUE)
    with pytest.raises(UsageError, match=f"your role is {role}"):
        signing_off.sign(session_of_user(app), QUEUE, "I saw it.", seen, role)
    assert len(store.signatures(QUEUE)) == 1


def session_of_user(app):
    return sessions.open_session(app.query_params["s"], logins.owner())


# -- what is handed over ---------------------------------------------------------------------------


def test_a_report_has_decisions_and_signatures_and_who_may_not_lifts_nothing(store, begun):
    from audits.review import signing

    signing.sign(store, QUEUE, ANN, "I saw every copy.")
    owner = roles.Person(roles.Role.OWNER, ANN)
    reader = roles.Person(roles.Role.READER, None)
    asked = handing_over.Asked(11, queue=store.queue(QUEUE), before=begun)
    made = handing_over.made(reader, store, begun, "html", asked).decode()
    assert "I saw every copy." in made
    assert "What changed since last time" in made
    for kind in ("pdf", "html", "json", "csv"):
        with pytest.raises(UsageError, match="counts below 11 stay hidden"):
            handing_over.made(reader, store, begun, kind, handing_over.Asked(10))
    assert b'"min_cell": 0' in handing_over.made(owner, store, begun, "json", handing_over.Asked(0))
    other = begun.having(begun.settings.having(support_problem=5))
    with pytest.raises(UsageError, match="is not the audit that queue"):
        handing_over.made(owner, store, other, "html", asked)


def test_a_queue_that_hides_more_keeps_doing_so(store):
    strict = Queue("q", "n", "a" * 64, "d" * 64, "m.csv", 1, ("sex",), {}, "2026-11-27",
                   {"review_min_cell": 30})  # fmt: skip
    reviewer, owner = (roles.Person(role, ANN) for role in (roles.Role.REVIEWER, roles.Role.OWNER))
    assert [hiding.least(reviewer, one) for one in (None, strict)] == [11, 30]
    assert hiding.least(owner, strict) == 0
    with pytest.raises(UsageError, match="below 30 stay hidden"):
        hiding.checked(reviewer, 11, strict)


def test_the_page_offers_downloads_with_decisions_and_readers_no_small_counts(store, monkeypatch):
    app = review()
    assert app.selectbox(key="report-queue").value == QUEUE
    assert app.number_input(key="min-cell").min == 0
    app.number_input(key="min-cell").set_value(0).run()
    chosen = session_of(calm(app))
    assert hiding.held(chosen, 0) == 0
    log_in(monkeypatch, "reader")
    app = review()
    assert app.number_input(key="min-cell-11").min == 11
    assert "Only an owner may lift that; your role is reader." in said(app)
    assert hiding.held(session_of_user(app), 0) == 11
    session_of_user(app).write("look", {"min_cell": 0})
    calm(app.run())
    assert app.number_input(key="min-cell-11").value == 11


def test_downloads_of_every_page_hide_what_a_reader_may_not_lift(session, monkeypatch):
    session.write("look", {"min_cell": 0})
    monkeypatch.setattr(state.st, "session_state", {"session": session})
    monkeypatch.setattr(state.st, "query_params", {})
    assert state.here().min_cell == 0
    log_in(monkeypatch, "reader")
    assert state.here().min_cell == 11
    monkeypatch.setattr(roles, "declared", lambda: {"role_claim": 3})
    assert state.here().min_cell == 11
