"""Shares of a population beside texts, generations of texts, and sides of an audit of texts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from texts_made import corpora_of

from audits.corpus.asked import Asked
from audits.corpus.opening import opened_corpora
from audits.corpus.shares import text_reference
from audits.data.workspace import Workspace
from audits.errors import AuditError, InputError, UsageError
from audits.settings import Settings

FEATURES = {"race": ["Black", "white"], "sex": ["female", "male"], "religion": ["Jews", "Muslims"]}
WOMEN, MEN = (("gender", "women"),), (("gender", "men"),)


def shares_of(given_, overlapping=("religion",)):
    return text_reference(given_, FEATURES, overlapping=overlapping)


class TestShares:
    def test_of_labels_and_their_crossings(self):
        known = shares_of(
            {
                "race": {"Black": 0.2, "white": 0.8},
                ("sex", "race"): {
                    ("female", "Black"): 0.1, ("male", "Black"): 0.1, ("male", "white"): 0.8,
                },
            }
        )  # fmt: skip
        assert known.share((("race", "Black"),)) == 0.2
        assert known.share((("race", "Black"), ("sex", "male"))) == 0.1
        assert known.share((("race", "white"), ("sex", "female"))) == 0.0  # all others sum to one
        assert known.share((("sex", "male"),)) is None
        assert (known.notes, known.lines) == ((), 5)

    def test_of_mentions(self):
        """They need not sum to one, and nothing is known of a group they leave out."""
        known = shares_of({"religion": {"Jews": 0.02}})
        assert known.share((("religion", "Jews"),)) == 0.02
        assert known.share((("religion", "Muslims"),)) is None

    def test_of_both(self):
        known = shares_of({"religion": {"Jews": 0.02}, "sex": {"female": 1.0}, "age": {"old": 0.1}})
        assert known.share((("sex", "male"),)) == 0.0
        assert known.notes == ("reference: not used, as these texts have no such feature: age.",)

    def test_a_group_that_no_text_has_is_kept(self):
        assert shares_of({"race": {"Black": 0.5, "Inuit": 0.5}}).share((("race", "Inuit"),)) == 0.5

    @pytest.mark.parametrize(
        ("given_", "kind", "said"),
        [
            ({"race": {"Black": 0.2, "white": 0.7}}, InputError, "sum to 0.9, not to 1"),
            ({"race×sex": {"Black×male": 0.2}}, InputError, "sum to 0.2, not to 1"),
            ({"race": {"Blakc": 0.2, "white": 0.8}}, InputError, "Did you mean 'Black'?"),
            ({"race×sex": {"Black": 1.0}}, InputError, "must name 2 groups, joined by ×"),
            ({"rase": {"Black": 1.0}}, UsageError, "names no feature of these texts (race, rel"),
            (
                {"race×sex": {"Black×male": 1.0}, ("sex", "race"): {("male", "Black"): 1.0}},
                InputError,
                "stands twice",
            ),
        ],
    )
    def test_slips(self, given_, kind, said):
        with pytest.raises(kind, match=r"reference") as caught:
            shares_of(given_)
        assert said in str(caught.value)

    def test_a_name_that_is_like_a_group_of_its_own(self):
        """'males' is no slip for 'male' where the reference names that, too."""
        known = shares_of({"sex": {"male": 0.4, "males": 0.1, "female": 0.5}})
        assert known.share((("sex", "males"),)) == 0.1
        with pytest.raises(InputError, match="Did you mean 'male'"):  # another feature's 'male'
            shares_of({"sex": {"males": 0.5, "female": 0.5}, "religion": {"male": 0.1}})

    def test_in_an_audit(self):
        texts = ["The old woman sings."] * 12
        known = corpora_of(texts, texts, reference={"gender": {"women": 0.5}}).reference
        assert (known.share(WOMEN), known.share(MEN)) == (0.5, None)
        both = corpora_of(
            texts,
            texts,
            labels={"Gender": [["w"] * 12] * 2},
            reference={"Gender": {"w": 0.5, "m": 0.5}, "gender (mentioned)": {"women": 0.3}},
        ).reference
        assert both.share((("Gender", "m"),)) == 0.5
        assert both.share((("gender (mentioned)", "women"),)) == 0.3


def chained(tmp_path, table, **asked):
    with (
        Workspace(folder=tmp_path) as work,
        opened_corpora(
            {"generations": pd.DataFrame(table)},
            Asked(language="xx", **asked),
            Settings(),
            work,
            lambda *_: None,
        ) as corpora,
    ):
        return corpora


class TestGenerations:
    @given(
        st.lists(
            st.tuples(st.sampled_from(["a b", "c", "c d", ""]), st.integers(9, 11)),
            min_size=1, max_size=20,
        )
    )  # fmt: skip
    @settings(max_examples=15, deadline=None)
    def test_as_by_plain_loops(self, tmp_path_factory, rows):
        rows += [("first", 9), ("last", 11), ("middle", 10)]
        corpora = chained(
            tmp_path_factory.mktemp("work"),
            {"text": [text for text, _ in rows], "step": [step for _, step in rows]},
            generation_column="step",
        )
        assert [c.record.role for c in corpora.collections] == ["real", "generation 1", "synthetic"]
        for step, collection in zip((9, 10, 11), corpora.collections, strict=True):
            expected = sorted(text for text, of in rows if of == step and text)
            assert sorted(collection.texts) == expected
            assert collection.record.name == f"pandas table, step {step}"
            for place, text in enumerate(collection.texts):
                there = collection.tokens[collection.starts[place] : collection.starts[place + 1]]
                assert [corpora.vocabulary.tokens[n] for n in there] == text.split()
                assert rows[collection.row[place]] == (text, step)

    def test_numbers_not_letters_tell_the_order(self, tmp_path):
        """Ten comes after nine."""
        corpora = chained(
            tmp_path, {"text": ["x", "y", "z"], "t": ["10", "9", "1"]}, generation_column="t"
        )
        assert [list(c.texts) for c in corpora.collections] == [["z"], ["y"], ["x"]]

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ([0, 1, None], "'t' is missing in row 3. Say its generation."),
            (["0", "1", "last"], "'t' holds 'last', which is no number"),
            ([1, 1, 1], "'t' tells no generations apart"),
            (["0", "01", "1"], "'t' writes one number in several ways (0, 01, 1)"),
        ],
    )
    def test_refused(self, tmp_path, values, said):
        with pytest.raises(InputError) as caught:
            chained(tmp_path, {"text": ["a", "b", "c"], "t": values}, generation_column="t")
        assert said in str(caught.value)

    def test_no_such_column(self, tmp_path):
        for asked in ({"generation_column": "stp"}, {"chain_columns": ("stp",)}):
            with pytest.raises(AuditError, match=r"the table of texts \(.*Did you mean 'step'"):
                chained(tmp_path, {"text": ["a"], "step": [0]}, **asked)

    def test_chains_have_the_same_numbers_everywhere(self, tmp_path):
        """Also where they are many, or one column alone does not tell them apart."""
        numbers = [str(n) for n in range(300)]
        table = {
            "text": [f"a{n}" for n in range(600)],
            "t": [0] * 300 + [1] * 300,
            "id": numbers + numbers[::-1],
            "by": ["x", "y", None] * 200,
        }
        corpora = chained(tmp_path, table, generation_column="t", chain_columns=("id", "by"))
        seen = []
        for codes, collection in zip(corpora.chains, corpora.collections, strict=True):
            keys = [(table["id"][r], table["by"][r]) for r in collection.row]
            assert all((code < 0) == (None in key) for code, key in zip(codes, keys, strict=True))
            seen.append(
                {int(code): key for code, key in zip(codes, keys, strict=True) if code >= 0}
            )
        assert set(seen[0].items()) & set(seen[1].items())
        both = seen[0].keys() & seen[1].keys()
        assert {n: seen[0][n] for n in both} == {n: seen[1][n] for n in both}


class TestSides:
    def test_real_and_synthetic(self):
        corpora = corpora_of(["a woman"], ["b"], language="en")
        assert (corpora.sides, corpora.alone) == ((1, 0), False)
        assert corpora.real is corpora.collections[0]
        assert corpora.synthetic is corpora.collections[1]
        assert corpora.masked(0).tolist() == [False, True]
        assert corpora.masked(1).tolist() == [False]

    def test_synthetic_alone(self):
        corpora = corpora_of(None, ["b", "c"], language="xx")
        assert (corpora.sides, corpora.alone, corpora.real) == ((0, None), True, None)
        assert np.array_equal(corpora.masked(0), [False, False])
