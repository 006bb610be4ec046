"""Groups of texts: everyone, labels and their crossings, mentions and their crossings."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from texts_made import corpora_of

from audits.corpus.collection import Collection, Label, TextRecord, Vocabulary
from audits.corpus.grouping import everyone, groups_by_label
from audits.corpus.lexicon import MENTIONED
from audits.settings import Settings

NOTHING = Vocabulary((), (), np.empty(0, np.int32))
VALUES = ("a", "b", "c")


def labelled(columns: dict[str, list[str | None]]) -> Collection:
    """Documents without words, that have labels."""
    number = len(next(iter(columns.values())))
    labels = {}
    for name, values in columns.items():
        levels = sorted({v for v in values if v is not None})
        codes = [-1 if v is None else levels.index(v) for v in values]
        labels[name] = Label(tuple(levels), np.array(codes, dtype=np.int32))
    none = np.zeros(number, dtype=np.int64)
    return Collection(
        TextRecord("synthetic", "made", "list", "", number), [""] * number, NOTHING,
        np.empty(0, np.int32), np.zeros(number + 1, np.int64), np.empty(0, np.int32), none,
        none.astype(np.uint64), labels,
    )  # fmt: skip


def members(groups, side) -> dict:
    return {name: set(groups.members(side, g).tolist()) for g, name in enumerate(groups.names)}


LABELS = st.integers(1, 12).flatmap(
    lambda n: st.fixed_dictionaries(
        {name: st.lists(st.sampled_from((*VALUES, None)), min_size=n, max_size=n) for name in "xyz"}
    )
)


class TestLabels:
    @given(LABELS, LABELS, st.integers(1, 3))
    @settings(max_examples=60, deadline=None)
    def test_as_by_plain_loops(self, real, synthetic, deepest):
        tables = (real, synthetic)
        sides = [labelled(one) for one in tables]
        found = groups_by_label(sides, ["z", "x", "y"], Settings(intersections=deepest))
        expected: list[dict] = [{(): set(range(len(one["x"])))} for one in tables]
        for size in range(1, deepest + 1):
            for columns in combinations("xyz", size):
                for side, table in enumerate(tables):
                    for document in range(len(table["x"])):
                        group = tuple((c, table[c][document]) for c in columns)
                        if None not in [value for _, value in group]:
                            expected[side].setdefault(group, set()).add(document)
        names = {name for one in expected for name in one}
        assert list(found.names) == sorted(names, key=lambda name: (len(name), name))
        for side in range(2):
            assert members(found, side) == {n: expected[side].get(n, set()) for n in names}
            counts = dict(zip(found.names, found.counts(side).tolist(), strict=True))
            assert counts == {n: len(expected[side].get(n, ())) for n in names}

    def test_many_crossings_at_once(self):
        """A column of many values beside another one is not gone through once for each crossing."""
        rng = np.random.default_rng(1)
        columns = {name: [str(v) for v in rng.integers(0, 150, 20_000)] for name in "xy"}
        found = groups_by_label([labelled(columns)], ["x", "y"], Settings())
        pairs = Counter(zip(columns["x"], columns["y"], strict=True))
        counts = dict(zip(found.names, found.counts(0).tolist(), strict=True))
        assert len(found.names) == 1 + 300 + len(pairs)
        for (x, y), number in list(pairs.items())[:500]:
            assert counts[("x", x), ("y", y)] == number

    def test_nothing_tells_them_apart(self):
        found = everyone([labelled({"x": ["a", None]})])
        assert (found.names, members(found, 0)) == (((),), {(): {0, 1}})


WOMEN, MEN, OLD = (("gender", "women"),), (("gender", "men"),), (("age", "old people"),)
REAL = ["The old woman sings."] * 12 + ["A man reads."] * 5 + ["It rains."] * 3
MADE = ["An old man sings with the woman."] * 9 + ["It rains."] * 4


class TestMentions:
    def test_every_identity_and_the_frequent_crossings(self):
        found = corpora_of(REAL, MADE).groups
        counts = {
            name: (found.counts(0)[g], found.counts(1)[g]) for g, name in enumerate(found.names)
        }
        assert counts == {
            (): (20, 13), OLD: (12, 9), MEN: (5, 9), WOMEN: (12, 9),
            (*OLD, *WOMEN): (12, 9),  # old men are in nine texts of either side at the most
        }  # fmt: skip
        assert found.by == "mention"

    def test_crossings_are_no_more_than_asked_for(self):
        none = corpora_of(REAL, MADE, settings=Settings(intersections=1)).groups
        assert max(map(len, none.names)) == 1
        some = corpora_of(REAL, MADE, settings=Settings(fewest_texts=5, text_crossings=1)).groups
        assert [name for name in some.names if len(name) == 2] == [(*OLD, *WOMEN)]
        both = corpora_of(REAL, MADE, settings=Settings(fewest_texts=5)).groups
        assert [name for name in both.names if len(name) == 2] == [(*OLD, *MEN), (*OLD, *WOMEN)]

    def test_labels_go_before_mentions(self):
        corpora = corpora_of(REAL, MADE, labels={"who": [["a"] * 20, ["b"] * 13]})
        assert corpora.groups.by == "label"
        assert [name for name in corpora.groups.names if name] == [(("who", "a"),), (("who", "b"),)]
        assert WOMEN in corpora.mentions.groups

    def test_a_column_may_be_called_as_an_axis_is(self):
        corpora = corpora_of(REAL, MADE, labels={"gender": [["women"] * 20, ["men"] * 13]})
        assert set(corpora.groups.names) == {(), WOMEN, MEN}
        other = corpora_of(REAL, MADE, labels={"Gender": [["w"] * 20, ["m"] * 13]})
        assert corpora.mentions.groups == other.mentions.groups
        features = {feature for group in corpora.mentions.groups for feature, _ in group}
        assert "gender" + MENTIONED in features
        assert "gender" not in features
        assert "age" in features

    def test_without_a_lexicon_there_is_one_group(self):
        corpora = corpora_of(["Die alte Frau."], ["Ein Mann."], language="de")
        assert corpora.groups.names == ((),)
        assert any("no lexicon for the language 'de'" in note for note in corpora.notes)


class TestDraws:
    @given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=40, unique=True), st.data())
    @settings(max_examples=50, deadline=None)
    def test_a_draw_depends_on_what_is_drawn_alone(self, content, data):
        """Other documents beside them, or another order, draw the same ones."""
        most, key = data.draw(st.integers(1, 20)), data.draw(st.integers(0, 2**63))
        order = data.draw(st.permutations(range(len(content))))
        drawn = []
        for hashes in (content, [content[i] for i in order]):
            one = labelled({"x": ["a"] * len(hashes)})
            object.__setattr__(one, "content", np.array(hashes, dtype=np.uint64))
            places = one.drawn(np.arange(len(hashes)), most, key=key)
            assert places.tolist() == sorted(places.tolist())
            assert len(places) == min(most, len(hashes))
            drawn.append({hashes[p] for p in places})
        assert drawn[0] == drawn[1]
