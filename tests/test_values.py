"""One value, one text: from whatever file, in whatever spelling."""

import math
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.data.values import (
    as_day,
    as_number,
    canonical,
    day_text,
    is_padded,
    moment_text,
    number_text,
    sorted_levels,
)


@pytest.mark.parametrize(
    "spelling", [1, 1.0, "1", "1.0", " 1 ", "1.", "+1", "1e0", "1\u00a0", "1\n"]
)
def test_one_is_one(spelling):
    assert canonical(spelling) == "1"


@pytest.mark.parametrize("nothing", [None, "", "  ", "\t\n", float("nan"), "NaN", "nan", "missing"])
def test_what_is_no_value(nothing):
    assert canonical(nothing) is None


@pytest.mark.parametrize("word", ["NA", "None", "null", "Nan", "Missing", "-", "?"])
def test_words_that_only_look_like_nothing_stay(word):
    assert canonical(word) == word
    assert canonical(word, frozenset({word})) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (-0.0, "0"),
        ("-0", "0"),
        (0.1, "0.1"),
        ("0.10", "0.1"),
        (".5", "0.5"),
        ("1E3", "1000"),
        (1e16, "10000000000000000"),
        ("10000000000000000.0", "10000000000000000"),
        (2**60 + 1, "1152921504606846977"),
        ("1152921504606846977", "1152921504606846977"),
        (1e300, "1e+300"),
        (math.inf, "inf"),
        ("01", "01"),
        ("02139", "02139"),
        ("0.5e", "0.5e"),
        ("1_000", "1_000"),
        ("1,5", "1,5"),
        ("١٢", "١٢"),
        ("1e999", "1e999"),
        ("e\u0301", "é"),
    ],
)
def test_canonical_text(value, text):
    assert canonical(value) == text


def test_a_million_digits_are_a_text_and_no_number():
    assert canonical("1" * 10**6) == "1" * 10**6
    assert as_number("1" * 10**6) is None


@settings(deadline=None, max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_and_its_text_are_one_value(number):
    assert canonical(number) == canonical(repr(number)) == canonical(f" {number!r} ")
    assert as_number(canonical(number)) == number


@settings(deadline=None, max_examples=200)
@given(st.integers(-(10**20), 10**20))
def test_a_whole_number_is_one_value_as_integer_float_and_text(number):
    assert canonical(number) == canonical(str(number)) == str(number)
    if abs(number) < 2**53:
        assert canonical(float(number)) == str(number)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=12))
def test_canonical_is_settled_at_once(text):
    once = canonical(text)
    assert once is None or canonical(once) == once


def test_numbers_are_read_only_from_whole_texts():
    assert [as_number(t) for t in ("1e3", "-2.5", "inf", "-inf")] == [
        1000,
        -2.5,
        math.inf,
        -math.inf,
    ]
    assert [as_number(t) for t in ("nan", "1 2", "0x10", "infinity", "１")] == [None] * 5


def test_codes_have_a_useless_zero():
    assert [is_padded(t) for t in ("02139", "-01", "0", "0.5", "10")] == [
        True, True, False, False, False,
    ]  # fmt: skip


# -- dates -----------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=100)
@given(st.dates())
def test_days_and_back(day):
    assert day_text(as_day(day.isoformat())) == day.isoformat()


@settings(deadline=None, max_examples=100)
@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2140, 1, 1)))
def test_moments_and_back(moment):
    text = moment.isoformat(" ")
    microseconds = (moment - datetime(1970, 1, 1)) // timedelta(microseconds=1)
    assert as_day(moment_text(microseconds)) == as_day(text) == microseconds / 86_400_000_000
    assert as_day(day_text(as_day(text))) == as_day(text)


def test_zones_are_taken_into_account():
    assert as_day("1970-01-02T02:00:00+02:00") == as_day("1970-01-02") == 1.0
    assert as_day("1970-01-01 12:00Z") == as_day("1970-01-01 12:00") == 0.5


@pytest.mark.parametrize(
    "text",
    ["1970-1-1", "19700101", "1970-02-30", "1970-W01-1", "infinity", "1970-01-01 25:00", "1970"],
)
def test_other_texts_are_no_dates(text):
    assert as_day(text) is None


def test_moments_beyond_the_calendar_are_still_written():
    assert as_number(moment_text(10**18)) == pytest.approx(10**18 / 86_400_000_000)


def test_levels_are_sorted_by_number_or_by_text():
    assert sorted_levels(["10", "9", "-1", "2.5"]) == ["-1", "2.5", "9", "10"]
    assert sorted_levels(["10", "9", "b"]) == ["10", "9", "b"]
    assert sorted_levels([]) == []
    assert number_text(date(1970, 1, 2).toordinal()) == "719164"
