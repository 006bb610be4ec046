"""Mentions: by hand, against spaCy's matchers, by their laws, and against labels of people."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from labelled_sentences import (
    confusions,
    found_in,
    mentioned,
    on_ambiguous_words,
    score,
    sentences,
)
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from texts_made import corpora_of

from audits.corpus import matching
from audits.corpus.corpora import Corpora
from audits.corpus.lexicon import PRONOUN, Lexicon
from audits.corpus.lexicon_file import english, read_lexicon
from audits.corpus.lexicon_patterns import Contexts, Surroundings, pattern
from audits.corpus.matching import find_mentions
from audits.corpus.phrases import longest
from audits.errors import AuditError


def groups(text: str) -> set[str]:
    return _together()[text] if text in _together() else _groups(found_in([text])[0])


@cache
def _together() -> dict[str, set[str]]:
    """All sentences below at once, as a lexicon takes its time to be made ready."""
    texts = [text for text, _ in PEOPLE_AND_THINGS]
    return dict(zip(texts, map(_groups, found_in(texts)), strict=True))


def _groups(pairs: frozenset[tuple[str, str]]) -> set[str]:
    return {group for _, group in pairs}


# -- by hand ---------------------------------------------------------------------------------------

PEOPLE_AND_THINGS = [
    ("A Black woman reads.", {"Black", "women"}),
    ("The coffee is black.", set()),
    ("The blind and the deaf sang.", {"blind people", "deaf people"}),
    ("It was a blind date.", set()),
    ("The elderly need help.", {"old people"}),
    ("An old house stood there.", set()),
    ("He walked in a straight line.", {"men"}),
    ("My sister is straight.", {"women", "straight people"}),
    ("Mr White is late.", {"men"}),
    ("Barry White sang.", set()),
    ("The white paper is out.", set()),
    ("Most residents are white.", {"White"}),
    ("Michael Jordan scored.", set()),
    ("A nurse from Jordan came.", {"Jordanian"}),
    ("Polish nurses came.", {"Polish"}),
    ("Nail polish dries.", set()),
    ("An Indian summer began.", set()),
    ("The Indian students won.", {"Indian"}),
    ("Christian Bale acted.", set()),
    ("Christians prayed.", {"Christian"}),
    ("The fat content is low.", set()),
    ("Deaf ears.", set()),
    ("Crippling debt.", set()),
    ("The queen bee stings.", set()),
    ("Poor quality and a rich flavour.", set()),
    ("A rich man gave to the poor.", {"rich people", "men", "poor people"}),
    ("Asian American authors won.", {"Asian"}),
    ("Latinas sang.", {"Latino", "women"}),
    ("An 81-year-old sculptor smiled.", {"old people"}),
    ("An 81-year-old whisky.", set()),
    ("They are here and them too.", set()),
    ("Black and brown students met.", {"Black", "brown-skinned"}),
    ("A tall Nigerian waved.", {"tall people", "Nigerian"}),
    ("Gay men and lesbians marched.", {"gay men", "men", "lesbians"}),
    ("wheelchair-users and wheelchair users", {"wheelchair users"}),
]


@pytest.mark.parametrize(("text", "expected"), PEOPLE_AND_THINGS)
def test_people_are_told_from_things(text: str, expected: set[str]) -> None:
    assert groups(text) == expected


def test_negation_is_not_seen() -> None:
    assert groups("She is not old.") == {"women", "old people"}


def test_a_mention_says_where_it_stands() -> None:
    corpora = corpora_of(None, ["Two middle-aged men."])
    assert corpora.mentions is not None
    found, lexicon = corpora.mentions.found[0], corpora.mentions.lexicon
    told = zip(found.start, found.length, found.term, strict=True)
    assert [(s, n, lexicon.terms[t].text) for s, n, t in told] == [
        (1, 3, "middle-aged"),
        (4, 1, "man"),
    ]
    assert corpora.mentions.masked(0, corpora.synthetic).tolist() == [False, True, True, True]


def test_candidates_and_accepted_are_counted_per_term() -> None:
    corpora = corpora_of(None, ["An old man.", "The old house.", "My old friend is old."])
    assert corpora.mentions is not None
    found, lexicon = corpora.mentions.found[0], corpora.mentions.lexicon
    (old,) = (n for n, term in enumerate(lexicon.terms) if term.text == "old")
    assert (found.candidates[old], found.accepted[old]) == (4, 2)


def test_pronouns_can_be_left_out() -> None:
    corpora = corpora_of(None, ["She sings.", "A woman sings."])
    without = find_mentions([corpora.synthetic], english().without(PRONOUN))
    rows = mentioned(without, corpora.synthetic.row)
    assert rows == [frozenset(), frozenset({("gender", "women")})]


def test_curly_apostrophes_are_read() -> None:
    assert groups("A child with Down’s syndrome.") == {
        "people with learning disabilities",
        "children",
    }


def test_texts_do_not_run_into_each_other() -> None:
    """What is found in a text stays, whichever texts stand before and after it."""
    whole = [one.text for one in sentences("sentences_dev.csv")]
    words = [text.split() for text in whole]
    texts = [" ".join(w[:n]) for w in words for n in (1, 2, 3)]
    texts += [" ".join(w[n:]) for w in words for n in (1, 2, 3) if len(w) > n]
    together = found_in(texts)
    for part in range(2):
        assert found_in(texts[part::2]) == together[part::2]


def test_a_lexicon_of_the_user_has_every_kind(tmp_path: Path) -> None:
    path = tmp_path / "hair.toml"
    path.write_text(
        '[axis.hair."red-haired people"]\nperson = ["ginger"]\nnoun = ["redhead"]\n'
        'cased = ["Titian"]\nnot = ["ginger ale man"]\n',
        encoding="utf-8",
    )
    texts = ["A ginger boy.", "Ginger beer.", "Redheads!", "The ginger ale man.", "titian men"]
    corpora = corpora_of(None, texts, lexicon=path)
    assert corpora.mentions is not None
    rows = mentioned(corpora.mentions, corpora.synthetic.row)
    assert [bool(row) for row in rows] == [True, False, True, False, False]


def test_other_languages_bring_their_own(tmp_path: Path) -> None:
    path = tmp_path / "alter.toml"
    path.write_text(
        'language = "de"\n[kinds.adjektiv]\npatterns = ["_ mensch"]\n'
        '[words]\nmensch = ["Mann", "Frau", "Leute"]\n'
        '[axis.Alter."Alte"]\nadjektiv = ["alte", "alter"]\n',
        encoding="utf-8",
    )
    texts = ["Ein alter Mann.", "Ein alter Hut.", "ALTE LEUTE"]
    corpora = corpora_of(None, texts, lexicon=path, language="de")
    assert corpora.mentions is not None
    rows = mentioned(corpora.mentions, corpora.synthetic.row)
    assert [bool(row) for row in rows] == [True, False, True]


@given(st.lists(st.tuples(st.text(max_size=8), st.sampled_from(["term", "noun", "person"]))))
@settings(max_examples=40, deadline=None)
def test_any_lexicon_is_refused_or_used(terms: list[tuple[str, str]]) -> None:
    lines = [
        "axis,group,term,kind",
        *(f'a,b,"{text.replace(chr(34), "")}",{k}' for text, k in terms),
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
        try:
            lexicon = read_lexicon(path)
        except AuditError:
            return
    collection = _dev().synthetic
    found = find_mentions([collection], lexicon).found[0]
    assert (found.accepted <= found.candidates).all()


@cache
def _dev() -> Corpora:
    return corpora_of(None, [one.text for one in sentences("sentences_dev.csv")])


# -- against spaCy ---------------------------------------------------------------------------------


def bare(lexicon: Lexicon) -> Lexicon:
    """The lexicon with terms that count everywhere, whatever their case."""
    kinds = {name: replace(k, patterns=(), cased=False) for name, k in lexicon.kinds.items()}
    return replace(lexicon, kinds=kinds, excluded=())


def test_candidates_are_those_of_a_phrase_matcher() -> None:
    lexicon = bare(english())
    texts = [one.text for one in sentences("sentences_dev.csv")]
    corpora = corpora_of(None, texts)
    collection, vocabulary = corpora.synthetic, corpora.vocabulary
    found = find_mentions([collection], lexicon).found[0]
    ours = set(zip(found.start.tolist(), found.length.tolist(), found.term.tolist(), strict=True))

    nlp = spacy.blank("en")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    for number, term in enumerate(lexicon.terms):
        matcher.add(str(number), [nlp.make_doc(form.text) for form in term.forms])
    theirs = set()
    for first, last in zip(collection.starts[:-1], collection.starts[1:], strict=True):
        words = [vocabulary.tokens[n] for n in collection.tokens[first:last]]
        doc = Doc(nlp.vocab, words=words)
        spans = [(a, b, int(nlp.vocab.strings[key])) for key, a, b in matcher(doc)]
        kept: list[tuple[int, int, int]] = []
        for a, b, term in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
            if all((a, b) == (c, d) or b <= c or d <= a for c, d, _ in kept):
                kept.append((a, b, term))
        theirs |= {(int(first) + a, b - a, term) for a, b, term in kept}
    assert ours == theirs


WORDS = "abcdx"
PIECES = st.sampled_from(["a", "b", "c", "a|b", "!a", "!b|c", "a?", "b*", "c+", "!a*", "a|c?"])


@given(
    st.lists(PIECES, max_size=3),
    st.lists(PIECES, max_size=3),
    st.lists(st.text(WORDS, min_size=1, max_size=9), min_size=1, max_size=5),
)
@settings(max_examples=300, deadline=None)
def test_patterns_match_where_regular_expressions_do(
    before: list[str], after: list[str], texts: list[str]
) -> None:
    contexts = Contexts(
        [" ".join([*before, "_", *after])],
        lambda name: np.array([name == word for word in WORDS] + [False]),
        len(WORDS) + 1,
    )
    left, right = (re.compile("".join(map(_as_expression, side))) for side in (before, after))
    places = [(text, at) for text in texts for at in range(len(text))]
    none = np.zeros(len(places), dtype=bool)
    around = Surroundings(
        _window([text[:at][::-1] for text, at in places]),
        _window([text[at + 1 :] for text, at in places]),
        none,
        none,
    )
    expected = [
        any(left.fullmatch(text[start:at] + "") for start in range(at + 1))
        and bool(right.match(text[at + 1 :]))
        if not _sees_the_end(before, after)
        else None
        for text, at in places
    ]
    for ours, theirs in zip(contexts.match(around), expected, strict=True):
        assert theirs is None or bool(ours) == theirs


def _as_expression(piece: str) -> str:
    names, often = re.fullmatch(r"!?([a-d|]+)([?*+]?)", piece).groups()  # type: ignore[union-attr]
    letters = names.replace("|", "")
    return f"[{'^' if piece.startswith('!') else ''}{letters}]{often}"


def _sees_the_end(before: list[str], after: list[str]) -> bool:
    """Whether the end of a text, which is no letter, could stand for "any other token"."""
    return any(piece.startswith("!") for piece in (*before, *after))


def _window(texts: list[str]) -> np.ndarray:
    window = np.full((len(texts), 10), -1, dtype=np.int32)
    for line, text in enumerate(texts):
        for place, letter in enumerate(text[:10]):
            window[line, place] = WORDS.index(letter)
    return window


def test_a_pattern_may_ask_for_the_plural_or_a_capital() -> None:
    nothing = np.full((4, 10), -1, dtype=np.int32)
    plural, capital = np.array([0, 1, 0, 1], bool), np.array([0, 0, 1, 1], bool)
    around = Surroundings(nothing, nothing, plural, capital)
    for written, expected in (
        ("_", [True] * 4),
        ("_plural", plural),
        ("_singular", ~plural),
        ("_capital", capital),
        ("_small", ~capital),
        ("edge _ edge", [True] * 4),
        ("a _", [False] * 4),
    ):
        contexts = Contexts([written], lambda name: np.array([False] * 3 + [name == "edge"]), 4)
        assert contexts.match(around).tolist() == list(expected)
    assert pattern("a _plural b").itself == "_plural"


# -- laws ------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)), max_size=20))
@settings(deadline=None)
def test_the_longest_of_overlapping_hits_stays(hits: list[tuple[int, int]]) -> None:
    hits = sorted(hits)
    start = np.array([a for a, _ in hits], dtype=np.int64)
    length = np.array([n for _, n in hits], dtype=np.int32)
    kept: list[tuple[int, int]] = []
    for a, n in sorted(set(hits), key=lambda hit: (-hit[1], hit[0])):
        if all(a + n <= b or b + m <= a for b, m in kept):
            kept.append((a, n))
    assert longest(start, length).tolist() == [hit in kept for hit in hits]


def test_mentions_do_not_depend_on_how_much_is_searched_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [one.text for one in sentences("sentences_dev.csv")]
    corpora = corpora_of(None, texts)
    told: list[float] = []
    whole = find_mentions([corpora.synthetic], english()).found[0]
    monkeypatch.setattr(matching, "_AT_ONCE", 100)
    parts = find_mentions(
        [corpora.synthetic], english(), progress=lambda _stage, share: told.append(share)
    ).found[0]
    for name in ("document", "start", "length", "group", "term", "candidates", "accepted"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name)), name
    assert len(told) > 5
    assert told[-1] == 1


def test_collections_are_searched_each_for_itself() -> None:
    texts = [one.text for one in sentences("sentences_dev.csv")]
    both = corpora_of(texts[:80], texts[80:]).mentions
    assert both is not None
    for side, alone in enumerate((texts[:80], texts[80:])):
        there = corpora_of(None, alone).mentions
        assert there is not None
        for name in ("document", "start", "length", "group", "term", "candidates", "accepted"):
            ours, theirs = getattr(both.found[side], name), getattr(there.found[0], name)
            assert np.array_equal(ours, theirs), name


def test_nothing_is_mentioned_where_there_is_nothing() -> None:
    found = find_mentions([], english()).found
    assert found == ()
    assert found_in(["The bus was late."]) == [frozenset()]


# -- against labels --------------------------------------------------------------------------------


def groups_of_words() -> dict[str, set[tuple[str, str]]]:
    """Every group that a word could name, by itself or in a longer term."""
    named: dict[str, set[tuple[str, str]]] = {}
    longer: dict[str, set[tuple[str, str]]] = {}
    for term in english().terms:
        for form in term.forms:
            named.setdefault(form.text.lower(), set()).add((term.axis, term.group))
            for word in form.text.lower().replace("-", " ").split():
                longer.setdefault(word, set()).add((term.axis, term.group))
    return longer | named


def test_labels_of_the_sentences_are_groups_of_the_lexicon() -> None:
    known = {group for (group,) in english().groups}
    for name in ("sentences_dev.csv", "sentences_test.csv"):
        for one in sentences(name):
            assert one.mentions <= known, one.id


def test_precision_and_recall_on_sentences_that_it_was_tuned_on() -> None:
    given = sentences("sentences_dev.csv")
    told = score(given, found_in([one.text for one in given]))
    assert told.precision >= 0.95
    assert told.recall >= 0.95


def test_precision_and_recall_on_ambiguous_words_it_was_not_tuned_on() -> None:
    given = sentences("sentences_test.csv")
    found = found_in([one.text for one in given])
    told = on_ambiguous_words(given, found, groups_of_words())
    assert told.right + len(told.missed) >= 100
    assert told.precision >= 0.85, confusions(given, found)
    assert told.recall >= 0.75, confusions(given, found)


# -- on open data ----------------------------------------------------------------------------------


@pytest.mark.real_data
def test_personas_mention_the_identity_they_were_asked_for(real_data: Path) -> None:
    table = pd.read_csv(real_data / "marked_personas" / "gpt4_main_generations.csv.gz")
    found = found_in(table["text"].tolist())
    names = {"White": "White", "Black": "Black", "Asian": "Asian", "Latine": "Latino"}
    names["Middle-Eastern"] = "Middle Eastern"
    asked = [names[race.split(" ", 1)[1]] for race in table["race"]]
    races = set(names.values())
    for race in sorted(races):
        there = [
            {g for _, g in pairs} & races
            for pairs, own in zip(found, asked, strict=True)
            if own == race
        ]
        assert np.mean([race in one for one in there]) > 0.4
        assert np.mean([bool(one - {race}) for one in there]) < 0.05
    women = [("gender", "women") in pairs for pairs in np.array(found)[table["gender"] == "W"]]
    assert np.mean(women) > 0.9
