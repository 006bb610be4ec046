"""Rows by their content: what is drawn, matched and digested, in memory and in pieces."""

import hashlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.data import content
from audits.data.spool import Spool

hashes = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 5), min_size=1, max_size=60)


def spooled(values, folder=None):
    spool = Spool(len(values), np.uint64, folder)
    spool.append(np.array(values, dtype=np.uint64))
    return spool


def mixed(number):
    return int(content.mixed(np.array([number], dtype=np.uint64))[0])


@given(hashes, st.integers(0, 1000), st.data())
def test_copies_are_chosen_one_by_one(values, seed, data):
    """Against the definition: a key for each copy, taken where it falls below the share."""
    contents = np.unique(np.array(values, dtype=np.uint64))
    copies = data.draw(st.lists(st.integers(1, 9), min_size=len(contents), max_size=len(contents)))
    keep = data.draw(st.lists(st.sampled_from([0.0, 0.3, 0.9, 1.0, 2.5]), min_size=len(contents),
                              max_size=len(contents)))  # fmt: skip
    keys, places = content.chosen(contents, np.array(copies), np.array(keep), seed)
    expected = [
        (key, place)
        for place, (value, n, share) in enumerate(zip(contents.tolist(), copies, keep, strict=True))
        for key in (mixed(value ^ mixed(seed) ^ mixed(copy)) for copy in range(n))
        if key / 2**64 < share or share >= 1
    ]
    assert sorted(zip(keys.tolist(), places.tolist(), strict=True)) == sorted(expected)


def test_many_copies_of_one_row_are_drawn_in_runs(monkeypatch):
    whole = content.chosen(np.array([5], np.uint64), np.array([1000]), np.array([0.2]), 1)
    monkeypatch.setattr(content, "_COPIES", 7)
    parts = content.chosen(np.array([5], np.uint64), np.array([1000]), np.array([0.2]), 1)
    np.testing.assert_array_equal(np.sort(whole[0]), np.sort(parts[0]))
    assert 120 < len(whole[0]) < 280


@given(hashes)
def test_equal_rows_are_found_in_any_number_of_parts(values):
    expected = {v: values.count(v) for v in values}
    for rows in (100, 7, 1):
        before, content._PART_ROWS = content._PART_ROWS, rows
        try:
            parts = list(content.by_parts(spooled(values)))
        finally:
            content._PART_ROWS = before
        found = {int(v): int(n) for p in parts for v, n in zip(p.contents, p.copies, strict=True)}
        assert found == expected
        for part in parts:
            assert [values[row] for row in part.row] == part.contents.tolist()


def test_rows_that_do_not_count_are_left_out(tmp_path):
    spool = spooled([3, 3, 4, 5], tmp_path)
    (found,) = content.by_parts(spool, lambda _piece: np.array([True, False, True, False]))
    assert found.contents.tolist() == [3, 4]
    assert found.copies.tolist() == [1, 1]


@given(hashes, hashes)
def test_matches_are_rows_whose_content_is_there(mine, theirs):
    assert content.matches(spooled(mine), spooled(theirs)) == sum(v in theirs for v in mine)


@pytest.mark.parametrize("part", [1, 3, 1000])
@given(mine=hashes, theirs=hashes)
def test_repeated_rows_by_parts(part, mine, theirs):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content, "_PART_ROWS", part)
        found = content.repeated(spooled(mine), spooled(theirs), lambda rows: rows * 0)
    expected = Counter((copies, value in theirs) for value, copies in Counter(mine).items())
    rows = zip(found.copies.tolist(), found.found.tolist(), found.rows.tolist(), strict=True)
    assert {(copies, there): n for copies, there, n in rows} == expected


@given(hashes, st.randoms())
def test_digests_add_up_and_do_not_mind_the_order(values, random):
    array = np.array(values, dtype=np.uint64)
    whole = content.digest_sums(array)
    half = len(array) // 2
    np.testing.assert_array_equal(
        content.digest_sums(array[:half]) + content.digest_sums(array[half:]), whole
    )
    random.shuffle(values)
    np.testing.assert_array_equal(content.digest_sums(np.array(values, dtype=np.uint64)), whole)
    changed = content.digest_sums(np.append(array[1:], array[0] ^ np.uint64(1)))
    assert content.digest_text(changed) != content.digest_text(whole)


def test_a_text_has_one_hash():
    known = int.from_bytes(hashlib.md5(b"age").digest()[:8], "little")
    assert int(content.name_hash("age")) == known


@pytest.mark.parametrize("labels", [("missing", "1missing"), ("missing", "missing")])
def test_what_is_missing_is_told_from_its_word(labels):
    added = content.label_contents(labels, "x")
    assert added[0] != added[1]
