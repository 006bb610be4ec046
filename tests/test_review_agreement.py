"""Whether reviewers decide alike: whose word counts, on which items, of which groups."""

from __future__ import annotations

from audits.review.agreement import agreements
from audits.review.records import RECORD, Action, Decision, Item
from audits.settings import Settings

SETTINGS = Settings().having(support_problem=3)
KEEP, REMOVE, EDIT = Action.KEEP, Action.REMOVE, Action.EDIT


def item(name, race, sex="f"):
    return Item(name, RECORD, "copy", "why", 1.0, (("race", race), ("sex", sex)), 1)


def said(*words):
    found = []
    for number, (who, what, action, *more) in enumerate(words, 1):
        identity, subject = more[1] if len(more) > 1 else ("typed", "")
        found.append(Decision(
            number, "q", what, action, "why", who, identity, subject, "now", "a", "d",
            adjudicates=bool(more and more[0]),
        ))  # fmt: skip
    return found


ITEMS = [item("i1", "ash"), item("i2", "ash"), item("i3", "ash"), item("i4", "oak", "m")]


def lines_of(decisions, items=ITEMS, settings=SETTINGS):
    return {
        (one.first, one.second, one.group): one for one in agreements(items, decisions, settings)
    }


def test_of_each_the_latest_own_word_counts_and_settling_does_not():
    found = lines_of(said(
        ("ann", "i1", KEEP), ("ann", "i1", REMOVE), ("bob", "i1", REMOVE),
        ("ann", "i2", KEEP), ("bob", "i2", REMOVE), ("bob", "i2", KEEP, True),
        ("ann", "i3", EDIT), ("bob", "i4", KEEP),
    ))  # fmt: skip
    everyone = found["ann", "bob", ()]
    assert (everyone.items, everyone.raw.value) == (2, 0.5)
    assert not everyone.enough
    assert everyone.because.endswith("agree on 50 % (9.5 to 90.5 %): too few to conclude from.")


def test_groups_are_those_of_the_items():
    words = [
        (who, f"i{n}", KEEP if n < 3 else REMOVE) for who in ("ann", "bob") for n in (1, 2, 3, 4)
    ]
    found = lines_of(said(*words))
    assert {group for _, _, group in found} == {
        (), (("race", "ash"),), (("race", "oak"),), (("sex", "f"),), (("sex", "m"),),
        (("race", "ash"), ("sex", "f")), (("race", "oak"), ("sex", "m")),
    }  # fmt: skip
    ash = found["ann", "bob", (("race", "ash"),)]
    assert (ash.items, ash.enough, ash.kappa.value) == (3, True, 1)
    assert "of ash and agree on 100 % (43.9 to 100 %); Cohen's kappa is 1.00" in ash.because
    assert not found["ann", "bob", (("race", "oak"),)].enough


def test_where_only_one_thing_is_said_the_sentence_says_that_kappa_is_unknown():
    found = lines_of(said(*[(who, f"i{n}", KEEP) for who in ("ann", "bob") for n in (1, 2, 3)]))
    assert found["ann", "bob", ()].because.endswith("so that kappa is unknown.")


def test_every_two_people_are_compared_and_the_same_name_twice_is_two_people():
    login, other = ("login", "sub1"), ("login", "sub2")
    found = lines_of(said(
        ("ann", "i1", KEEP, False, login), ("ann", "i1", KEEP, False, other), ("cid", "i1", KEEP),
    ))  # fmt: skip
    assert {key[:2] for key in found} == {
        ("ann (sub1)", "ann (sub2)"), ("ann (sub1)", "cid"), ("ann (sub2)", "cid"),
    }  # fmt: skip


def test_capitals_do_not_make_another_person_nor_does_another_name_of_a_login():
    login = ("login", "sub1")
    found = lines_of(said(
        ("Ann", "i1", KEEP), ("ann", "i2", KEEP), ("B. Lee", "i1", KEEP, False, login),
        ("Bob Lee", "i2", REMOVE, False, login),
    ))  # fmt: skip
    assert {key[:2] for key in found} == {("Ann", "B. Lee")}
    assert (found["Ann", "B. Lee", ()].items, found["Ann", "B. Lee", ()].raw.value) == (2, 0.5)


def test_alone_nobody_agrees_and_decisions_of_other_queues_do_not_count():
    assert agreements(ITEMS, said(("ann", "i1", KEEP)), SETTINGS) == ()
    found = lines_of(said(("ann", "i1", KEEP), ("bob", "other", KEEP)))
    assert not found or found["ann", "bob", ()].items == 0
