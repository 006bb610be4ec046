"""Deciding on the page: the queue, one item, what another decided meanwhile, what is refused."""

import json
from dataclasses import replace

import dashboard_folder  # noqa: F401, makes the dashboard's modules importable
import pytest
from dashboard_folder import said, session_of, turn_to, visit

import audits
import deciding
import hiding
import limits
import on_disk
import roles
import sessions
from audits.errors import ConflictError, UsageError
from audits.review.previews import preview
from audits.review.records import Action, Item, Queue, Reviewer, Status
from audits.review.store import Store
from deciding import Said
from roles import Person
from views import bulk

HOSTILE = ("<script>window.hacked=1</script>", "[x](javascript:alert(1))", "$x^2$ **b**", "\u202ee")


@pytest.fixture(scope="module")
def saved(sample, tmp_path_factory):
    audit = audits.compare(
        sample / "survey_real.csv", sample / "synthetic_three.csv", sensitive_features=["sex"]
    )
    return audit.save(tmp_path_factory.mktemp("saved") / "three.json")


@pytest.fixture
def store(saved, tmp_path, monkeypatch):
    """A store with a queue of sixty items for the audit that is open."""
    from audits.review.digests import audit_digest

    monkeypatch.setenv("AUDITS_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("AUDITS_DASHBOARD", json.dumps({"tables": {}, "audits": [str(saved)]}))
    monkeypatch.setenv("AUDITS_STORE", str(tmp_path / "review.sqlite"))
    deciding._LATELY.clear()
    group = (("sex", "female"),)
    with Store(str(tmp_path / "review.sqlite")) as made:
        made.add_queue(
            Queue(
                "a" * 16, "first", audit_digest(audits.load(saved)), "d" * 64, "made.csv", 100,
                ("sex",), {group: 100}, "2026-11-27T10:00:00+00:00",
            ),
            [_item(n, group) for n in range(60)],
        )  # fmt: skip
        yield made


def _item(number, group):
    text = HOSTILE[number % len(HOSTILE)]
    detail = {
        "values": {"name": text, "age": 30.0},
        "nearest": [{"values": {"name": "real", "age": None}, "hidden": 1, "shown": 1}],
    }
    return Item(
        f"{number:016x}", "record", "copy", f"Row {number + 1}: {text}", 60.0 - number, group,
        number + 1, detail,
    )  # fmt: skip


QUEUE, FIRST, SECOND = "a" * 16, f"{0:016x}", f"{1:016x}"
ANN, BOB = Reviewer("Ann"), Reviewer("Bob")


def reason(item):
    return f"reason-{QUEUE}-{item}-0"


def calm(app):
    assert not app.exception
    assert "bug in the dashboard" not in said(app)
    return app


def named(name="Ann"):
    app = calm(turn_to(visit(), "review"))
    app.text_input(key="typed-name").set_value(name).run()
    return calm(app)


def opened(app, item=FIRST):
    app.button(key=f"item-{item}").click().run()
    return calm(app)


def test_the_queue_is_paged_and_an_item_is_decided_and_the_next_one_opens(store):
    app = named()
    rows = [b for b in app.button if b.key and b.key.startswith("item-0")]
    assert len(rows) == limits.ITEMS_A_PAGE
    opened(app)
    assert "real (differs)" in said(app)
    assert "not shown" in said(app)
    app.text_area(key=reason(FIRST)).set_value("a copy").run()
    app.button(key=f"remove-{FIRST}").click().run()
    (made,) = store.decisions(QUEUE)
    assert (made.action, made.reason, made.reviewer, made.identity) == (
        Action.REMOVE, "a copy", "Ann", "typed",
    )  # fmt: skip
    assert app.text_area(key=reason(SECOND)) is not None
    assert "typed name Ann, which is not proven" in said(app)


def test_without_a_reason_nothing_is_decided_and_that_is_said(store):
    app = opened(named())
    app.button(key=f"keep-{FIRST}").click().run()
    assert "the reason is missing" in said(calm(app))
    assert not list(store.decisions(QUEUE))


def test_what_another_decided_meanwhile_is_said_and_nothing_typed_is_lost(store):
    app = opened(named("Bob"))
    store.decide(QUEUE, FIRST, Action.KEEP, reason="looks fine", reviewer=ANN, seen=0)
    app.text_area(key=reason(FIRST)).set_value("a copy").run()
    app.button(key=f"remove-{FIRST}").click().run()
    assert "Somebody decided meanwhile: Ann (typed name): keep, because “looks fine”" in said(app)
    assert app.text_area(key=reason(FIRST)).value == "a copy"
    assert len(list(store.decisions(QUEUE))) == 1
    app.button(key=f"remove-{FIRST}").click().run()
    assert store.item(QUEUE, FIRST).status is Status.DISPUTED
    third = opened(named("Cy"))
    third.text_area(key=reason(FIRST)).set_value("seen by three").run()
    third.button(key=f"remove-{FIRST}").click().run()
    calm(third)
    shown = store.item(QUEUE, FIRST)
    assert (shown.status, shown.decisions[-1].adjudicates) == (Status.REMOVED, True)


def test_no_address_decides_anything(store):
    asked = {"action": "remove", "reason": "x", "item": FIRST, "typed-name": "Eve", "decide": "1",
             f"remove-{FIRST}": "true", reason(FIRST): "x"}  # fmt: skip
    calm(turn_to(visit(**asked), "review"))
    assert not list(store.decisions(QUEUE))


def test_a_filter_narrows_the_list(store):
    app = named()
    store.decide(QUEUE, SECOND, Action.KEEP, reason="fine", reviewer=ANN, seen=0)
    app.selectbox(key=f"filter-status-{QUEUE}").set_value(Status.KEPT).run()
    rows = [b.key for b in calm(app).button if b.key and b.key.startswith("item-0")]
    assert rows == [f"item-{SECOND}"]


def test_what_is_chosen_in_one_queue_is_not_chosen_in_another(store):
    group = (("sex", "female"),)
    again = replace(store.queue(QUEUE), id="b" * 16, name="second")
    store.add_queue(again, [_item(n, group) for n in range(3)])
    app = named()
    app.selectbox(key="queue-chosen").set_value(again.id).run()
    app.selectbox(key=f"filter-status-{again.id}").set_value(Status.KEPT).run()
    assert "No item fits this filter" in said(calm(app))
    app.selectbox(key="queue-chosen").set_value(QUEUE).run()
    assert f"Items 1 to {limits.ITEMS_A_PAGE} of 60" in said(calm(app))
    app.selectbox(key="queue-chosen").set_value(again.id).run()
    assert "No item fits this filter" in said(calm(app))


def test_under_a_filter_no_item_is_passed_over(store):
    app = named()
    app.selectbox(key=f"filter-status-{QUEUE}").set_value(Status.UNREVIEWED).run()
    opened(app)
    for number in range(3):
        app.text_area(key=reason(f"{number:016x}")).set_value("fine").run()
        app.button(key=f"keep-{number:016x}").click().run()
        calm(app)
    assert app.text_area(key=reason(f"{3:016x}")) is not None
    app.button(key="item-back").click().run()
    assert "Items 1 to 25 of 57" in said(calm(app))


@pytest.mark.parametrize("order", ["severity", "changed"])
def test_what_comes_next_does_not_depend_on_where_a_decision_puts_an_item(store, order):
    app = named()
    app.selectbox(key=f"sort-{QUEUE}").set_value(order).run()
    opened(app, f"{2:016x}")
    app.text_area(key=reason(f"{2:016x}")).set_value("fine").run()
    app.button(key=f"keep-{2:016x}").click().run()
    assert calm(app).text_area(key=reason(f"{3:016x}")) is not None


def test_a_reason_is_there_when_its_item_is_opened_again(store):
    app = opened(named())
    app.text_area(key=reason(FIRST)).set_value("half a thought")
    app.button(key="item-back").click().run()
    opened(app, SECOND)
    assert not app.text_area(key=reason(SECOND)).value
    app.button(key="item-back").click().run()
    opened(app)
    assert app.text_area(key=reason(FIRST)).value == "half a thought"
    turn_to(app, "findings")
    turn_to(app, "review")
    assert app.text_area(key=reason(FIRST)).value == "half a thought"
    app.button(key=f"keep-{FIRST}").click().run()
    app.button(key="item-back").click().run()
    opened(app)
    assert not app.text_area(key=reason(FIRST)).value


def test_an_item_that_left_the_filter_says_so(store):
    app = named("Bob")
    app.selectbox(key=f"filter-status-{QUEUE}").set_value(Status.UNREVIEWED).run()
    opened(app)
    store.decide(QUEUE, FIRST, Action.KEEP, reason="fine", reviewer=ANN, seen=0)
    app.run()
    assert "does not fit the filter any more" in said(calm(app))


# -- many at once ----------------------------------------------------------------------------------


def previewed(app, action=Action.REMOVE, why="copies"):
    app.radio(key=f"bulk-action-{QUEUE}").set_value(action).run()
    app.text_area(key=f"bulk-reason-{QUEUE}").set_value(why).run()
    app.button(key="bulk-preview").click().run()
    return calm(app)


def test_many_are_decided_after_a_preview_and_a_second_click(store):
    store.decide(QUEUE, FIRST, Action.KEEP, reason="fine", reviewer=BOB, seen=0)
    app = previewed(named())
    assert "Everyone: 59 of 100 rows are removed, 59 %" in said(app)
    assert app.button(key="bulk-confirm").label == "Remove all 59"
    assert len(list(store.decisions(QUEUE))) == 1
    app.button(key="bulk-confirm").click().run()
    assert "Kept: remove, for 59 items." in said(calm(app))
    assert "0 of 60 items are unreviewed" in said(app)
    assert store.counts(QUEUE)[Status.REMOVED] == 59
    made = list(store.decisions(QUEUE))[1:]
    assert {(d.reviewer, d.reason, d.identity) for d in made} == {("Ann", "copies", "typed")}
    assert len({d.bulk for d in made}) == 1


def test_a_filter_that_changes_takes_its_preview_with_it(store):
    app = previewed(named())
    app.radio(key=f"bulk-action-{QUEUE}").set_value(Action.KEEP).run()
    assert not [b for b in calm(app).button if b.key == "bulk-confirm"]
    previewed(app, Action.KEEP)
    assert "rows are removed" not in said(app)
    app.text_input(key=f"text-{QUEUE}").set_value("row 7:").run()
    assert not [b for b in calm(app).button if b.key == "bulk-confirm"]
    previewed(app, Action.ESCALATE)
    app.button(key="bulk-confirm").click().run()
    calm(app)
    (made,) = store.decisions(QUEUE)
    assert (made.item, made.action) == (f"{6:016x}", Action.ESCALATE)


def test_many_are_decided_as_they_were_counted_or_not_at_all(store):
    app = previewed(named())
    store.decide(QUEUE, SECOND, Action.KEEP, reason="fine", reviewer=BOB, seen=0)
    app.button(key="bulk-confirm").click().run()
    assert "1 of 60 items have been decided in the meantime. Nothing was changed" in said(calm(app))
    assert "It was: Bob (1)." in said(app)
    assert app.text_area(key=f"bulk-reason-{QUEUE}").value == "copies"
    assert len(list(store.decisions(QUEUE))) == 1
    assert not [b for b in app.button if b.key == "bulk-confirm"]


@pytest.mark.parametrize("share", [0.2, 0.7, 1.0])
def test_another_click_while_many_are_decided_on_doubles_nothing(share, session, store):
    seen, said = store.meant(QUEUE).seen(), Said(Action.REMOVE, "copies")

    def clicked(so_far):
        if so_far == share:
            raise KeyboardInterrupt  # as Streamlit ends a run: nothing that code may catch

    with pytest.raises(KeyboardInterrupt):
        deciding.decide_many(session, QUEUE, seen, said, "one", clicked)
    assert len(list(store.decisions(QUEUE))) == (60 if share == 1.0 else 0)
    assert len(deciding.decide_many(session, QUEUE, seen, said, "one")) == 60
    assert len(list(store.decisions(QUEUE))) == 60


def test_a_table_that_changes_after_the_preview_is_said_and_nothing_is_decided(store, tmp_path):
    app = previewed(named())
    table = tmp_path / "made.csv"
    table.write_text("sex\nf\n")
    session_of(app).write("draft", {"synthetic": [{"path": str(table), "label": "made.csv"}]})
    app.button(key="bulk-confirm").click().run()
    assert [w.value for w in calm(app).warning if "has changed on disk" in w.value]
    app.button(key="bulk-preview").click().run()
    assert not [b for b in calm(app).button if b.key == "bulk-confirm"]
    assert not list(store.decisions(QUEUE))


def test_many_without_a_reason_are_not_decided_and_the_preview_stays(store):
    app = previewed(named(), why=" ")
    app.button(key="bulk-confirm").click().run()
    assert "the reason is missing" in said(calm(app))
    app.text_area(key=f"bulk-reason-{QUEUE}").set_value("copies").run()
    app.button(key="bulk-confirm").click().run()
    assert store.counts(QUEUE)[Status.REMOVED] == 60


def test_readers_are_offered_no_decision_and_refused_at_the_call(store, session, monkeypatch):
    app = previewed(named())
    reader = Person(roles.Role.READER, ANN)
    monkeypatch.setattr(roles, "person", lambda _session: reader)
    app.button(key="bulk-confirm").click().run()
    assert "your role is reader, and only the role reviewer may" in said(calm(app)).lower()
    assert not [b for b in app.button if b.key and b.key.startswith("bulk-")]
    with pytest.raises(UsageError, match="your role is reader"):
        deciding.decide_many(session, QUEUE, {FIRST: 0}, Said(Action.KEEP, "x"), "r")
    assert not list(store.decisions(QUEUE))


@pytest.mark.parametrize(
    ("seen", "what", "says"),
    [
        ({FIRST: 0}, Said(Action.KEEP, "  "), "is missing"),
        ({FIRST: 0}, Said(Action.KEEP, "x" * 2001), "2,001 letters"),
        ({FIRST: 0}, Said(Action.EDIT, "x", {"name": "y"}), "one by one"),
        ({FIRST: 0}, Said(Action.KEEP, "x", adjudicates=True), "one by one"),
        ({}, Said(Action.KEEP, "x"), "nothing to decide"),
    ],
)
def test_what_makes_no_decision_about_many_is_refused_at_the_call(
    seen, what, says, session, store
):  # fmt: skip
    with pytest.raises(UsageError, match=says):
        deciding.decide_many(session, QUEUE, seen, what, "r")
    assert not list(store.decisions(QUEUE))


def test_groups_that_are_hidden_are_counted_and_not_shown(monkeypatch):
    rows = {(("sex", "f"),): 10, (("sex", "m"),): 90}
    queue = Queue("q", "n", "", "", "t", 100, ("sex",), rows, "", {"review_min_cell": 11})
    tables = []
    monkeypatch.setattr(bulk.parts, "table", lambda *given, **more: tables.append((given, more)))
    lines = preview(queue, {(("sex", "f"),): 5})
    for role in (roles.Role.OWNER, roles.Role.REVIEWER):
        bulk._table(lines, hiding.least(Person(role, ANN), queue))
    shown = [[line[0] for line in given[1]] for given, _ in tables]
    assert shown == [["everyone", "f", "m"], ["everyone", "m"]]
    assert tables[1][1]["note"] == "1 group of fewer than 11 rows: not shown."


# -- at the call -----------------------------------------------------------------------------------


@pytest.fixture
def session(store):
    made = sessions.new_session()
    roles.call(made, "Ann")
    return made


def test_a_session_without_a_name_decides_nothing(store):
    with pytest.raises(UsageError, match="carries a name"):
        deciding.decide(
            sessions.new_session(), QUEUE, store.item(QUEUE, FIRST), Said(Action.KEEP, "x"), "r"
        )


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (Said(Action.KEEP, "  "), "is missing"),
        (Said(Action.KEEP, "x" * 2001), "2,001 letters"),
        (Said(Action.EDIT, "x"), "no new value"),
        (Said(Action.EDIT, "x", {"no": "1"}), "no column"),
        (Said(Action.EDIT, "x", {"name": "y" * 2001}), "more than 2,000"),
        (Said(Action.KEEP, "x", {"name": "y"}), "edit only"),
        (Said(Action.KEEP, "x", adjudicates=True), "settle a dispute"),
    ],
)
def test_what_makes_no_decision_is_refused_at_the_call(what, says, session, store):
    with pytest.raises(UsageError, match=says):
        deciding.decide(session, QUEUE, store.item(QUEUE, FIRST), what, "r")
    assert not list(store.decisions(QUEUE))


def test_more_decisions_than_anybody_reads_are_refused(session, store, monkeypatch):
    monkeypatch.setattr(limits, "DECISIONS_A_MINUTE", 2)
    for n in range(2):
        deciding.decide(
            session, QUEUE, store.item(QUEUE, f"{n:016x}"), Said(Action.KEEP, "x"), str(n)
        )
    with pytest.raises(UsageError, match="within a minute"):
        deciding.decide(session, QUEUE, store.item(QUEUE, f"{2:016x}"), Said(Action.KEEP, "x"), "2")


def test_a_double_click_decides_once(session, store):
    seen = store.item(QUEUE, FIRST)
    first = deciding.decide(session, QUEUE, seen, Said(Action.KEEP, "x"), "one")
    assert deciding.decide(session, QUEUE, seen, Said(Action.KEEP, "x"), "one") == first
    with pytest.raises(ConflictError):
        deciding.decide(session, QUEUE, seen, Said(Action.KEEP, "x"), "two")


def test_a_table_that_changed_on_disk_is_said_and_many_are_not_decided(session, store, tmp_path):
    table = tmp_path / "made.csv"
    table.write_text("sex\nf\n")
    session.write("draft", {"synthetic": [{"path": str(table), "label": "made.csv"}]})
    assert on_disk.found(session, store.queue(QUEUE)) is on_disk.Found.CHANGED
    with pytest.raises(UsageError, match="has changed on disk"):
        deciding.decide_many(session, QUEUE, {FIRST: 0}, Said(Action.REMOVE, "x"), "r")
    assert not list(store.decisions(QUEUE))


def test_signing_takes_a_statement_and_is_kept(session, store):
    with pytest.raises(UsageError, match="missing"):
        deciding.sign(session, QUEUE, " ")
    assert deciding.sign(session, QUEUE, "I looked at it.").unreviewed == 60
