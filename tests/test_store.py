"""A store keeps what people say: both databases, the same tests."""

# ruff: noqa: F811, fixtures are imported

import threading
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Text
from sqlalchemy.exc import DBAPIError
from store_made import ANN, BOB, CY, QUEUE, keep, made_items, store, url  # noqa: F401, fixtures

from audits.errors import ConflictError, StoreError, UnknownNameError, UsageError
from audits.review.previews import rows_meant
from audits.review.records import Action, Item, Reviewer, Status, Wanted
from audits.review.schema import APPEND_ONLY, HEAD, Verbatim, metadata
from audits.review.store import SORTS, Store

ITEM = f"{0:016x}"
HOSTILE = (
    "'; DROP TABLE review_items; --",
    '" OR 1=1 --',
    "%_\\",
    "\u202eright to left",
    "سود × 女性 🏳️‍🌈",
    "<script>alert(1)</script>",
    ":name %(x)s {y}",
)


def sql(store, statement):
    """Run a statement behind the store's back."""
    with store._transactions._engine.begin() as line:
        return line.exec_driver_sql(statement)


def test_a_queue_comes_back_as_it_went_in(store):
    assert store.queue("q1") == QUEUE
    assert store.queues() == (QUEUE,)
    assert [shown.item for shown in store.items("q1")] == made_items(30)
    assert store.counts("q1")[Status.UNREVIEWED] == 30
    assert store.rules("q1") == {"copy": 10, "debris": 10, "outlier": 10}
    later = replace(QUEUE, id="q2", name="second")
    store.add_queue(later, [])
    assert store.queues() == (later, QUEUE)
    assert store.page("q2").total == 0


def test_a_queue_that_is_there_is_left_as_it_is(store):
    assert store.add_queue(replace(QUEUE, name="other"), made_items(3)) == QUEUE
    assert store.page("q1").total == 30


def test_unknown_names_are_said(store):
    with pytest.raises(UnknownNameError, match="q1"):
        store.queue("q2")
    with pytest.raises(UsageError, match="no item"):
        store.item("q1", "f" * 16)
    with pytest.raises(UsageError, match="no item"):
        keep(store, "f" * 16, ANN, 0)
    with pytest.raises(UnknownNameError):
        store.audit("census", 1)
    with pytest.raises(UnknownNameError):
        store.page("q1", sort="colour")
    with pytest.raises(UsageError, match="page"):
        store.page("q1", size=0)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (Item("short", "record", "copy", "r", 1.0, ()), "16 hexadecimal"),
        (Item("0" * 16, "thing", "copy", "r", 1.0, ()), "finding or a record"),
        (Item("0" * 16, "record", "copy", "r", float("nan"), ()), "severity"),
        (Item("0" * 16, "record", "copy", "r", 1.0, (), 1, {"x": float("inf")}), "JSON"),
    ],
)
def test_an_item_that_makes_no_sense_is_refused(store, item, said):
    with pytest.raises(UsageError, match=said):
        store.add_queue(replace(QUEUE, id="q3"), [item])
    assert len(store.queues()) == 1


def test_items_with_the_same_id_are_refused(store):
    with pytest.raises(UsageError, match="two items"):
        store.add_queue(replace(QUEUE, id="q3"), [*made_items(2), *made_items(1)])


def test_a_decision_is_kept_with_all_that_belongs_to_it(store):
    who = Reviewer("Ann Lee", "login", "ann@example.org")
    made = store.decide(
        "q1", ITEM, Action.EDIT, reason=" typo\n", reviewer=who, seen=0, edit={"age": 7, "b": None}
    )
    assert (made.number, made.queue, made.item) == (1, "q1", ITEM)
    assert (made.action, made.reason, made.edit) == (Action.EDIT, "typo", {"age": 7, "b": None})
    assert (made.reviewer, made.identity, made.subject) == ("Ann Lee", "login", "ann@example.org")
    assert (made.audit, made.data, made.bulk) == ("a" * 64, "b" * 64, "")
    shown = store.item("q1", ITEM)
    assert shown.decisions == (made,)
    assert (shown.status, shown.version) == (Status.EDITED, 1)
    assert list(store.decisions("q1")) == [made]


def test_the_same_request_is_kept_once(store):
    first = keep(store, ITEM, ANN, 0, request="token-1")
    assert keep(store, ITEM, ANN, 0, request="token-1") == first
    assert len(list(store.decisions("q1"))) == 1
    with pytest.raises(UsageError, match="already"):
        keep(store, f"{1:016x}", ANN, 0, request="token-1")


def test_a_request_is_the_same_if_all_of_it_is(store):
    """Ids of items are alike in queues of other tables; an edit holds more than its reason."""
    said = {"reason": "a slip", "reviewer": ANN, "seen": 0, "request": "token-1"}
    first = store.decide("q1", ITEM, Action.EDIT, edit={"age": 41}, **said)
    assert store.decide("q1", ITEM, Action.EDIT, edit={"age": 41}, **said) == first
    store.add_queue(replace(QUEUE, id="q2"), made_items(1))
    for queue, edit, more in (
        ("q1", {"age": 14}, {}),
        ("q2", {"age": 41}, {}),
        ("q1", {"age": 41}, {"reviewer": Reviewer("Ann", "login", "ann@example.org")}),
    ):
        with pytest.raises(UsageError, match="made already, for something else"):
            store.decide(queue, ITEM, Action.EDIT, edit=edit, **{**said, **more})


def test_who_comes_second_sees_who_was_first(store, url):
    with Store(url) as other:
        first = keep(store, ITEM, ANN, 0)
        with pytest.raises(ConflictError, match="Ann decided") as caught:
            other.decide("q1", ITEM, Action.REMOVE, reason="copy", reviewer=BOB, seen=0)
    (shown,) = caught.value.moved
    assert shown.decisions == (first,)
    assert store.item("q1", ITEM).version == 1


def test_of_many_at_once_one_gets_through(store, url):
    """Eight connections decide the same item at the same moment, ten times."""
    outcomes = []
    with Store(url) as other:
        for version in range(5):
            gate = threading.Barrier(4)

            def one(name, gate=gate, version=version):
                gate.wait()
                try:
                    outcomes.append(keep(name, ITEM, ANN, version))
                except ConflictError as error:
                    outcomes.append(error)

            people = [threading.Thread(target=one, args=[who]) for who in [store, other] * 2]
            for person in people:
                person.start()
            for person in people:
                person.join()
    made = [outcome for outcome in outcomes if not isinstance(outcome, ConflictError)]
    assert len(outcomes) == 20
    assert sorted(decision.number for decision in made) == [1, 2, 3, 4, 5]
    assert store.item("q1", ITEM).version == 5


def test_many_are_decided_all_or_none(store):
    seen = {item.id: 0 for item in made_items(30)}
    keep(store, ITEM, ANN, 0)
    with pytest.raises(ConflictError, match="1 of 30") as caught:
        store.decide_many("q1", seen, Action.REMOVE, reason="bulk", reviewer=BOB)
    assert [shown.item.id for shown in caught.value.moved] == [ITEM]
    assert store.counts("q1")[Status.UNREVIEWED] == 29
    shares = []
    made = store.decide_many(
        "q1", seen | {ITEM: 1}, Action.REMOVE, reason="bulk", reviewer=BOB, told=shares.append
    )
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert [decision.number for decision in made] == list(range(2, 32))
    assert {decision.bulk for decision in made} == {made[0].bulk}
    assert store.counts("q1")[Status.REMOVED] == 29
    assert store.item("q1", ITEM).status is Status.DISPUTED
    assert tuple(store.decisions("q1"))[1:] == made
    assert store.amiss("q1") == ()
    with pytest.raises(UsageError, match="no item"):
        store.decide_many("q1", {ITEM: 2, "f" * 16: 0}, Action.KEEP, reason="r", reviewer=CY)


def test_a_third_person_adjudicates(store):
    keep(store, ITEM, ANN, 0)
    with pytest.raises(UsageError, match="nothing is disputed"):
        keep(store, ITEM, CY, 1, adjudicates=True)
    store.decide("q1", ITEM, Action.REMOVE, reason="copy", reviewer=BOB, seen=1)
    with pytest.raises(UsageError, match="must not be one"):
        keep(store, ITEM, Reviewer("ANN"), 2, adjudicates=True)
    with pytest.raises(UsageError, match="settles"):
        store.decide("q1", ITEM, Action.ESCALATE, reason="r", reviewer=CY, seen=2, adjudicates=True)
    keep(store, ITEM, CY, 2, adjudicates=True)
    assert store.item("q1", ITEM).status is Status.KEPT


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_kept_as_they_are(store, text):
    keep_text = store.decide(
        "q1", ITEM, Action.EDIT, reason=text, reviewer=ANN, seen=0, edit={text: text}
    )
    assert store.item("q1", ITEM).decisions == (keep_text,)
    assert keep_text.reason == text
    assert keep_text.edit == {text: text}
    for wanted in (Wanted(text=text), Wanted(rule=text), Wanted(group=((text, text),))):
        assert store.page("q1", wanted).total == 0
    assert store.page("q1", Wanted(ids=(text, ITEM))).total == 1


@pytest.mark.parametrize("bad", ["a\0b", "half \ud800", "", "   ", "x" * 2001])
def test_reasons_that_are_no_text_are_refused(store, bad):
    with pytest.raises(UsageError, match="reason"):
        store.decide("q1", ITEM, Action.KEEP, reason=bad, reviewer=ANN, seen=0)
    with pytest.raises(UsageError):
        store.decide("q1", ITEM, Action.KEEP, reason="r", reviewer=Reviewer(bad[:300]), seen=0)
    assert store.page("q1", Wanted(text=bad.strip() or "zzz")).total == 0
    assert store.item("q1", ITEM).version == 0


@pytest.mark.parametrize(
    "reviewer", [Reviewer("a\u202eb"), Reviewer("x" * 201), Reviewer("Ann", "x")]
)
def test_names_that_hide_something_are_refused(store, reviewer):
    with pytest.raises(UsageError):
        keep(store, ITEM, reviewer, 0)


def test_edits_go_with_edit_alone(store):
    with pytest.raises(UsageError, match="edit"):
        keep(store, ITEM, ANN, 0, edit={"a": 1})
    with pytest.raises(UsageError, match="one column"):
        store.decide("q1", ITEM, Action.EDIT, reason="r", reviewer=ANN, seen=0)
    with pytest.raises(UsageError, match="is no decision"):
        store.decide("q1", ITEM, "burn", reason="r", reviewer=ANN, seen=0)


def test_items_hold_any_text(store):
    """Data are data: NUL and half characters come back as they were."""
    odd = "a\0b \ud800 \x1a0000 é"
    item = Item("0" * 16, "record", "copy", odd, 1.0, ((odd, odd),), 1, {odd: odd})
    store.add_queue(replace(QUEUE, id="odd", groups={((odd, odd),): 1}), [item])
    assert store.item("odd", "0" * 16).item == item
    assert store.page("odd", Wanted(group=((odd, odd),), text="a\0B")).total == 1
    assert store.queue("odd").groups == {((odd, odd),): 1}


def matches(shown, wanted, mine):
    item = shown.item
    return (
        (wanted.kind in (None, item.kind))
        and (wanted.rule in (None, item.rule))
        and (wanted.status in (None, shown.status))
        and set(wanted.group) <= set(item.group)
        and wanted.text.casefold() in item.reason.casefold()
        and (wanted.severity_from is None or item.severity >= wanted.severity_from)
        and (wanted.not_by is None or item.id not in mine)
        and (wanted.ids is None or item.id in wanted.ids)
    )


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    wanted=st.builds(
        Wanted,
        kind=st.sampled_from([None, "record", "finding"]),
        rule=st.sampled_from([None, "copy", "debris", "none"]),
        status=st.sampled_from([None, Status.KEPT, Status.UNREVIEWED]),
        group=st.sampled_from([(), (("sex", "male"),), (("sex", "male"), ("age", "75+"))]),
        text=st.sampled_from(["", "ROW 1", "%", "real"]),
        severity_from=st.sampled_from([None, 2.0]),
        not_by=st.sampled_from([None, "Ann", "Bob"]),
        ids=st.sampled_from([None, (), tuple(f"{at:016x}" for at in range(0, 30, 2))]),
    ),
    sort=st.sampled_from(SORTS),
)
def test_a_filter_is_what_it_says(store, wanted, sort):
    if store.counts("q1")[Status.KEPT] == 0:
        seen = {item.id: 0 for item in made_items(9)}
        store.decide_many("q1", seen, Action.KEEP, reason="r", reviewer=ANN)
    mine = {d.item for d in store.decisions("q1") if d.reviewer == wanted.not_by}
    expected = [shown for shown in store.items("q1") if matches(shown, wanted, mine)]
    assert list(store.items("q1", wanted)) == expected
    order = {
        "severity": lambda s: (-s.item.severity, s.item.id),
        "row": lambda s: (s.item.row or 0, s.item.id),
        "rule": lambda s: (s.item.rule, s.item.id),
        "group": lambda s: (" × ".join(value for _, value in s.item.group), s.item.id),
        "changed": lambda s: (-s.version, s.item.id),
    }[sort]
    expected.sort(key=order)
    first = store.page("q1", wanted, sort=sort, size=7)
    second = store.page("q1", wanted, sort=sort, start=7, size=100)
    assert [*first.items, *second.items] == expected
    assert first.total == len(expected)
    meant = store.meant("q1", wanted)
    assert meant.seen() == {shown.item.id: shown.version for shown in expected}
    assert meant.statuses == Counter(shown.status for shown in expected)
    assert meant.rows == rows_meant(expected)


def test_a_row_that_two_items_are_about_is_meant_once(store):
    first = made_items(1)[0]
    queue = replace(QUEUE, id="q2")
    store.add_queue(queue, [first, replace(first, id="f" * 16, rule="given")])
    meant = store.meant("q2")
    assert (len(meant), dict(meant.rows)) == (2, {first.group: 1})


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from([ANN, BOB, CY]),
            st.sampled_from(list(Action)),
            st.booleans(),
            st.sets(st.integers(0, 4), min_size=1),
        ),
        max_size=8,
    )
)
def test_stored_statuses_follow_from_the_decisions(store, acts):
    for who, action, adjudicates, chosen in acts:
        seen = {f"{at:016x}": store.item("q1", f"{at:016x}").version for at in chosen}
        try:
            if action is Action.EDIT:
                for item, version in seen.items():
                    store.decide(
                        "q1",
                        item,
                        action,
                        reason="r",
                        reviewer=who,
                        seen=version,
                        edit={"a": 1},
                        adjudicates=adjudicates,
                    )
            else:
                store.decide_many(
                    "q1", seen, action, reason="r", reviewer=who, adjudicates=adjudicates
                )
        except UsageError:
            pass
    assert store.amiss("q1") == ()
    numbers = [decision.number for decision in store.decisions("q1")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_what_was_changed_behind_the_stores_back_is_found(store):
    keep(store, ITEM, ANN, 0)
    sql(store, f"UPDATE review_items SET status = 'removed' WHERE id = '{ITEM}'")
    assert store.amiss("q1") == (ITEM,)


def test_the_database_refuses_to_change_what_was_confirmed(store):
    keep(store, ITEM, ANN, 0)
    store.sign("q1", ANN, statement="s", digest="c" * 64, decisions=1, unreviewed=29)
    store.keep_audit("census", "{}", label="l", made="2026")
    for table in APPEND_ONLY:
        column = next(iter(metadata.tables[f"review_{table}"].columns)).name
        change = f"UPDATE review_{table} SET {column} = {column}"
        for statement in (f"DELETE FROM review_{table}", change):
            with pytest.raises(DBAPIError, match="never changed"):
                sql(store, statement)


def test_a_signature_stands_for_what_was_seen(store):
    keep(store, ITEM, ANN, 0)
    words = {"statement": "I read it.", "digest": "C" * 64, "unreviewed": 29}
    made = store.sign("q1", BOB, decisions=1, **words)
    assert store.signatures("q1") == (made,)
    assert (made.digest, made.decisions, made.number) == ("c" * 64, 1, 1)
    later = keep(store, ITEM, ANN, 1)
    with pytest.raises(ConflictError, match="Ann decided after") as caught:
        store.sign("q1", BOB, decisions=1, **words)
    assert caught.value.moved == (later,)
    with pytest.raises(UsageError, match="number 2"):
        store.sign("q1", BOB, decisions=9, **words)
    with pytest.raises(UsageError, match="SHA-256"):
        store.sign("q1", BOB, decisions=2, **(words | {"digest": "x"}))


def test_the_history_of_a_dataset(store):
    first = store.keep_audit("census", '{"a": "\0"}', label="May", made="2026-05-01")
    second = store.keep_audit("census", '{"a": 2}', label="June", made="2026-06-01")
    assert store.keep_audit("census", '{"a": "\0"}', label="again", made="2027") == first
    assert store.keep_audit("other", '{"a": 2}', label="x", made="2026").number == 1
    assert store.history("census", documents=True) == (first, second)
    assert [kept.document for kept in store.history("census")] == ["", ""]
    assert store.audit("census", 2) == second
    assert store.series() == ("census", "other")
    with pytest.raises(UnknownNameError, match="census 2"):
        store.audit("census", 7)


def differs(_context, _inspected, _declared, there, wanted):
    """`Verbatim` is a text whose order is that of the characters."""
    return False if isinstance(there, Text) and isinstance(wanted, Verbatim) else None


def test_the_steps_make_the_tables_that_are_declared(store):
    """No difference between the migrations and `schema`, as Alembic sees it."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    options = {"version_table": "review_version", "compare_type": differs}
    with store._transactions._engine.connect() as line:
        context = MigrationContext.configure(line, opts=options)
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, metadata) == []


def test_a_store_opened_for_reading_takes_nothing(store, url):
    keep(store, ITEM, ANN, 0)
    with Store(url, read_only=True) as reader:
        assert reader.item("q1", ITEM).version == 1
        with pytest.raises(StoreError, match="opened for reading"):
            keep(reader, ITEM, ANN, 1)


def test_a_store_of_a_newer_version_says_which(store, url):
    sql(store, "UPDATE review_version SET version_num = '0099'")
    sql(store, "UPDATE review_store SET made_by = '9.9'")
    with pytest.raises(StoreError, match=r'9\.9.*pip install "audits>=9\.9"'):
        Store(url)


def test_many_open_a_new_store_at_once(url):
    opened, failed = [], []

    def one():
        try:
            opened.append(Store(url))
        except StoreError as error:
            failed.append(error)

    people = [threading.Thread(target=one) for _ in range(5)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert failed == []
    assert [made.queues() for made in opened] == [()] * 5
    for made in opened:
        made.close()
