"""Tokens: the same as spaCy's, whatever the text, in whatever batches and order it comes."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audits.corpus import tokens as cutting
from audits.corpus.languages import blank, known_languages
from audits.corpus.tokens import Tokens
from audits.errors import UsageError

ENGLISH = blank("en")
ODD = (
    "don't", "Mr.", ":)", "e.g.", "U.S.", "$9.99", "10-year-old", "a/b", "http://a.bc/d?e=f",
    "naïve", "e\u0301", "🙂", "👩‍👩‍👧", "שלום", "مرحبا", "हिन्दी", "\u200f", "\u200b", "中文", "...",
    "—",
    "(or)", '"so"', "'em", "we'll", "\x00", "\x1b[31m", "<b>", "#tag", "@me", "1,000", "C++", "½",
)  # fmt: skip
SPACES = (" ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u2028", "\x1c", "\x85", "\u3000")
RUNS = st.lists(
    st.tuples(st.sampled_from(ODD) | st.text(max_size=8), st.sampled_from(SPACES)), max_size=12
)
TEXTS = RUNS.map(lambda runs: "".join(run + space for run, space in runs)) | st.text(max_size=60)


class Quick(Tokens):
    """Tokens of English, without a pipeline of their own."""

    def _begin(self) -> None:
        self._nlp = ENGLISH
        self._runs = cutting._Runs(self._cut)


def spacys(text: str, nlp=ENGLISH) -> list[tuple[str, int]]:
    return [(token.text, token.idx) for token in nlp.tokenizer(text) if not token.is_space]


def read(cut, names) -> list[list[tuple[str, int]]]:
    """Tokens as they were cut, text by text."""
    numbers, offsets, lengths = cut
    pairs = [(names[n], int(at)) for n, at in zip(numbers, offsets, strict=True)]
    ends = np.cumsum([0, *lengths])
    return [pairs[a:b] for a, b in pairwise(ends)]


def names_of(tokens: Tokens) -> list[str]:
    """Names of tokens, by the numbers that were handed out."""
    vocabulary, place = tokens.vocabulary()
    return [vocabulary.tokens[p] for p in place]


class TestLikeSpacy:
    @given(st.lists(TEXTS, max_size=5))
    @example([""])
    @example(["a", "", " ", "b c"])
    @example([":)  : )  (8 8)"])
    @settings(max_examples=300, deadline=None)
    def test_any_text(self, texts):
        tokens = Quick("en")
        cut = tokens.cut(texts)
        for text, found in zip(texts, read(cut, names_of(tokens)), strict=True):
            assert found == spacys(text)
            assert not tokens.differs(text)
            assert all(text[at : at + len(token)] == token for token, at in found)
            assert "".join("".join(token for token, _ in found).split()) == "".join(text.split())

    @pytest.mark.parametrize(
        "language", ["de", "fr", "es", "ar", "he", "hi", "ru", "xx", "zh", "tr"]
    )
    def test_other_languages(self, language):
        text = " ".join(random.Random(language).choices(ODD, k=200))
        tokens = Tokens(language)
        assert read(tokens.cut([text]), names_of(tokens)) == [spacys(text, blank(language))]
        assert not tokens.differs(text)

    @given(st.lists(TEXTS, max_size=4))
    @settings(max_examples=50, deadline=None)
    def test_cut_as_a_whole(self, texts):
        tokens = Quick("en")
        found = read(tokens.cut(texts, whole=True), names_of(tokens))
        assert found == [spacys(text) for text in texts]

    def test_a_difference_is_seen(self, monkeypatch):
        tokens = Tokens("en")
        assert not tokens.differs("They aren't here , are they ?")
        joined = type("Joins", (), {"tokenizer": staticmethod(lambda text: ENGLISH(text)[:1])})
        monkeypatch.setattr(tokens, "_nlp", joined)
        assert tokens.differs("They aren't here.")


class TestHowTextsCome:
    @given(st.lists(TEXTS, min_size=1, max_size=8), st.data())
    @settings(max_examples=50, deadline=None)
    def test_batches_and_order_do_not_matter(self, texts, data):
        order = data.draw(st.permutations(range(len(texts))))
        some = data.draw(st.integers(0, len(texts)))
        together, apart = Quick("en"), Quick("en")
        first = together.cut(texts)
        second = [apart.cut([texts[i] for i in part]) for part in (order[:some], order[some:])]
        whole, pieces = together.vocabulary(), apart.vocabulary()
        assert whole[0].tokens == pieces[0].tokens
        assert whole[0].words == pieces[0].words
        found = [one for cut in second for one in read(cut, names_of(apart))]
        assert [found[order.index(i)] for i in range(len(texts))] == read(first, names_of(together))

    def test_long_texts_are_cut_in_portions(self, monkeypatch):
        texts = ["One two. Three", "four", "", "five six's", "seven"] * 3
        whole = Tokens("en")
        expected = read(whole.cut(texts), names_of(whole))
        monkeypatch.setattr(cutting, "_MOST_LETTERS", 20)
        parts = Tokens("en")
        assert read(parts.cut(texts), names_of(parts)) == expected

    def test_no_text(self):
        tokens = Tokens("en")
        numbers, offsets, lengths = tokens.cut([])
        assert (len(numbers), len(offsets), len(lengths)) == (0, 0, 0)
        assert tokens.vocabulary()[0].tokens == ()


class TestBounds:
    def test_runs_are_forgotten(self, monkeypatch):
        monkeypatch.setattr(cutting, "_MOST_RUNS", 10)
        tokens = Tokens("en")
        for start in range(0, 200, 20):
            tokens.cut([f"w{i}" for i in range(start, start + 20)])
            assert len(tokens._runs) <= 30
        assert len(tokens.vocabulary()[0].words) == 200

    @pytest.mark.parametrize("letters", ["x", "!", "a!", "🙂", "e\u0301"])
    def test_a_run_without_end(self, letters):
        """A text of one run is cut in pieces, and every character is in one of them."""
        text = "so " + letters * (20_000 // len(letters)) + " then."
        tokens = Tokens("en")
        (found,) = read(tokens.cut([text]), names_of(tokens))
        assert found[0], found[-1] == (("so", 0), (".", len(text) - 1))
        assert "".join(token for token, _ in found) == text.replace(" ", "")
        assert not tokens.differs(text)

    def test_numbers_of_many_documents_are_small(self):
        tokens = Tokens("en")
        numbers, offsets, lengths = tokens.cut(["a b"])
        assert (numbers.dtype, offsets.dtype, lengths.dtype) == (np.int32, np.int32, np.int64)


class TestVocabulary:
    def test_sorted_and_lower_cased(self):
        tokens = Tokens("en")
        numbers, _, _ = tokens.cut(["The cat , the DOG 7 🙂 !"])
        vocabulary, place = tokens.vocabulary()
        assert vocabulary.tokens == tuple(sorted({"The", "cat", ",", "the", "DOG", "7", "🙂", "!"}))
        assert vocabulary.words == ("7", "cat", "dog", "the")
        words = [vocabulary.word_of[place[n]] for n in numbers]
        assert [None if w < 0 else vocabulary.words[w] for w in words] == [
            "the", "cat", None, "the", "dog", "7", None, None,
        ]  # fmt: skip


class TestLanguages:
    @pytest.mark.parametrize(
        ("given_", "said"),
        [
            ("english", "Did you mean 'en'"),
            ("EN", "Did you mean 'en'"),
            ("de-AT", "Did you mean 'de'"),
            ("pt_BR", "Did you mean 'pt'"),
            ("klingon", "There are: af, "),
            ("", "There are: af, "),
            ("punctuation", "there is no language"),
            ("../en", "there is no language"),
            ("ja", "pip install sudachipy"),
            ("ko", "pip install natto-py"),
            ("th", "pip install pythainlp"),
            ("vi", "pip install pyvi"),
        ],
    )
    def test_unknown_or_in_need_of_more(self, given_, said):
        with pytest.raises(UsageError, match=r"language|words") as caught:
            blank(given_)
        assert said in str(caught.value)

    def test_there_are_many(self):
        assert {"en", "de", "zh", "xx"} <= set(known_languages())
