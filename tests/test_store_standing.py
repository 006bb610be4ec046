"""What became of an item, by hand and by law."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.review.records import Action, Status
from audits.review.standing import OUTCOME, Said, standing, standing_words, why_not_adjudicate

KEEP, REMOVE, EDIT, UP = Action.KEEP, Action.REMOVE, Action.EDIT, Action.ESCALATE


def a(action, **more):
    return Said("a", action, **more)


def b(action, **more):
    return Said("b", action, **more)


def c(action, **more):
    return Said("c", action, **more)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ([], Status.UNREVIEWED),
        ([a(KEEP)], Status.KEPT),
        ([a(KEEP), a(REMOVE)], Status.REMOVED),
        ([a(KEEP), b(KEEP)], Status.KEPT),
        ([a(KEEP), b(REMOVE)], Status.DISPUTED),
        ([a(KEEP), b(REMOVE), a(REMOVE)], Status.REMOVED),
        ([a(EDIT, edit={"x": 1}), b(EDIT, edit={"x": 1})], Status.EDITED),
        ([a(EDIT, edit={"x": 1}), b(EDIT, edit={"x": 2})], Status.DISPUTED),
        ([a(UP)], Status.ESCALATED),
        ([a(UP), b(KEEP)], Status.ESCALATED),
        ([a(KEEP), b(REMOVE), c(UP)], Status.ESCALATED),
        ([a(UP), a(KEEP)], Status.KEPT),
        ([a(KEEP), b(REMOVE), c(KEEP, adjudicates=True)], Status.KEPT),
        ([a(UP), c(REMOVE, adjudicates=True)], Status.REMOVED),
        ([a(KEEP), b(REMOVE), c(KEEP, adjudicates=True), a(KEEP)], Status.KEPT),
        ([a(KEEP), b(REMOVE), c(KEEP, adjudicates=True), b(REMOVE)], Status.DISPUTED),
        ([a(KEEP), b(REMOVE), c(KEEP, adjudicates=True), c(REMOVE)], Status.REMOVED),
    ],
)
def test_by_hand(said, status):
    assert standing(said) is status


words = st.builds(Said, st.sampled_from("abc"), st.sampled_from(Action), st.booleans())


@given(st.lists(words), words)
def test_an_adjudication_settles_whatever_was_said(before, last):
    settled = Said(last.person, last.action, True)
    assert standing([*before, settled]) is OUTCOME[last.action]


@given(st.lists(words))
def test_only_the_standing_words_count(said):
    assert standing(standing_words(said).values()) is standing(said)


@given(st.lists(st.builds(Said, st.sampled_from("abc"), st.sampled_from(Action))), words)
def test_saying_it_again_changes_nothing(said, word):
    plain = Said(word.person, word.action)
    assert standing([*said, plain]) is standing([*said, plain, plain])


@given(st.lists(words))
def test_whoever_may_settle_is_none_of_those_who_disagree(said):
    disagree = standing(said) in (Status.DISPUTED, Status.ESCALATED)
    for who in "abcd":
        may = why_not_adjudicate(said, who) == ""
        assert may == (disagree and who not in standing_words(said))
