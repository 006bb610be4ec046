"""Lexicons: how terms are written, how files are read, what is refused and where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.corpus.lexicon import PRONOUN
from audits.corpus.lexicon_file import english, read_lexicon
from audits.corpus.lexicon_forms import excluded_forms, forms_of, plural_of
from audits.corpus.lexicon_patterns import BUILT_IN, classes_of, pattern
from audits.errors import AuditError, InputError, SourceError

AGREED = {
    "gender": {"women", "men", "nonbinary people", "trans people"},
    "race and ethnicity": {
        "Black",
        "White",
        "Asian",
        "Latino",
        "Middle Eastern",
        "Indigenous",
        "Pacific Islander",
        "mixed race",
    },
    "religion": {"Christian", "Muslim", "Jewish", "Hindu", "Buddhist", "Sikh", "nonreligious"},
    "age": {"children", "young people", "middle-aged people", "old people"},
    "disability": {
        "disabled people",
        "blind people",
        "deaf people",
        "wheelchair users",
        "autistic people",
        "people with mental illness",
        "people with learning disabilities",
        "chronically ill people",
    },
    "sexual orientation": {
        "gay people",
        "gay men",
        "lesbians",
        "bisexual people",
        "straight people",
        "queer people",
        "asexual people",
    },
    "class": {
        "poor people",
        "working-class people",
        "middle-class people",
        "rich people",
        "homeless people",
    },
    "body": {"fat people", "thin people", "tall people", "short people"},
    "skin tone": {"dark-skinned", "light-skinned", "brown-skinned"},
    "nationality": {"immigrants", "refugees", "American", "Mexican", "Chinese", "Nigerian"},
}


def written(folder: Path, text: str, name: str = "mine.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# -- forms -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("noun", "plural"),
    [
        ("girl", "girls"),
        ("lady", "ladies"),
        ("boy", "boys"),
        ("actress", "actresses"),
        ("person of color", "persons of color"),
        ("Jehovah's Witness", "Jehovah's Witnesses"),
        ("wheelchair user", "wheelchair users"),
    ],
)
def test_plurals_follow_english_spelling(noun: str, plural: str) -> None:
    assert plural_of(noun) == plural


def test_hyphens_and_spelling_vary() -> None:
    texts = {form.text for form in forms_of("middle-aged", plurals=False)}
    assert texts == {"middle-aged", "middle aged"}
    texts = {form.text for form in forms_of("African American", plurals=True)}
    assert {"African American", "African-American", "African-Americans"} <= texts
    texts = {form.text for form in forms_of("person of colour/people of colour", plurals=True)}
    assert {"person of color", "people of color", "people of colour"} <= texts


def test_choices_are_written_out() -> None:
    texts = {form.text for form in forms_of("in {his|her} {60..62}s", plurals=False)}
    assert texts == {f"in {whose} {age}s" for whose in ("his", "her") for age in (60, 61, 62)}
    assert excluded_forms("{old|new} hand") == ("old hand", "old-hand", "new hand", "new-hand")


def test_an_equals_sign_or_a_slash_says_what_the_plural_is() -> None:
    assert [form.text for form in forms_of("Chinese=", plurals=True)] == ["Chinese"]
    assert [form.text for form in forms_of("Finn", plurals=True)] == ["Finn", "Finns"]
    men = forms_of("man/men", plurals=True)
    assert [(form.text, form.plural) for form in men] == [("man", False), ("men", True)]


def test_a_slash_is_a_slash_where_no_plurals_are_made() -> None:
    assert [form.text for form in forms_of("they/them", plurals=False)] == ["they/them"]


@given(st.text("abcdefgh -").filter(str.strip))
def test_a_term_is_among_its_own_forms(word: str) -> None:
    forms = forms_of(word, plurals=True)
    assert word.strip() in {form.text for form in forms}
    assert len({form.text for form in forms}) == len(forms)


# -- the English lexicon ---------------------------------------------------------------------------


def test_english_names_its_groups_as_agreed() -> None:
    lexicon = english()
    assert set(lexicon.axes) == set(AGREED)
    for axis, groups in AGREED.items():
        assert {(axis, group) for group in groups} <= {pair for (pair,) in lexicon.groups}


def test_english_has_every_country_once() -> None:
    groups = [group for ((axis, group),) in english().groups if axis == "nationality"]
    assert len(groups) == len(set(groups)) > 150


def test_english_patterns_speak_of_words_that_are_given() -> None:
    lexicon = english()
    for kind in lexicon.kinds.values():
        assert classes_of(kind.patterns) <= set(lexicon.words) | set(lexicon.kinds) | BUILT_IN
        assert kind.means


def test_english_excludes_no_phrase_without_a_term() -> None:
    lexicon = english()
    forms = {form.text.casefold() for term in lexicon.terms for form in term.forms}
    for phrase in lexicon.excluded:
        words = phrase.casefold().replace("-", " ").replace("'", " '").split()
        runs = {
            " ".join(words[a:b]) for a in range(len(words)) for b in range(a + 1, len(words) + 1)
        }
        assert runs & forms, phrase


def test_ambiguous_terms_are_listed_for_review() -> None:
    texts = {term.text for term in english().ambiguous()}
    assert {"black", "white", "old", "straight", "gay", "Polish"} <= texts
    assert not {"woman", "she", "wheelchair user"} & texts


def test_pronouns_can_be_left_out() -> None:
    lexicon = english()
    without = lexicon.without(PRONOUN)
    gone = {term.text for term in lexicon.terms} - {term.text for term in without.terms}
    assert {"she", "her", "he", "him"} <= gone
    assert "they" not in {term.text for term in lexicon.terms}
    assert without.groups == lexicon.groups


# -- files of users --------------------------------------------------------------------------------


def test_a_csv_lexicon_is_read(tmp_path: Path) -> None:
    lines = "axis,group,term,kind,not\npets,cat people,cat lover,noun,\n"
    lines += (
        "pets,cat people,feline,person,feline grace; feline leukaemia\npets,dog people,dogged,,\n"
    )
    lexicon = read_lexicon(written(tmp_path, lines))
    assert [(t.axis, t.group, t.text, t.kind, t.line) for t in lexicon.terms] == [
        ("pets", "cat people", "cat lover", "noun", 2),
        ("pets", "cat people", "feline", "person", 3),
        ("pets", "dog people", "dogged", "term", 4),
    ]
    assert "feline grace" in lexicon.excluded
    assert "feline leukaemia" in lexicon.excluded
    assert lexicon.name == "mine.csv"
    assert len(lexicon.sha256) == 64
    assert "cat lovers" in {form.text for form in lexicon.terms[0].forms}


def test_a_toml_lexicon_brings_kinds_and_words(tmp_path: Path) -> None:
    text = """
language = "de"

[kinds.adjektiv]
means = "zählt vor Menschen"
patterns = ["_ mensch"]

[words]
mensch = ["Mann", "Frau", "Leute"]

[axis.Alter."alte Menschen"]
adjektiv = ["alte", "alter"]
noun = ["Greis/Greise"]
not = ["alte Frau Welt"]
"""
    lexicon = read_lexicon(written(tmp_path, text, "eigenes.toml"))
    assert lexicon.language == "de"
    assert [term.line for term in lexicon.terms] == [12, 12, 13]
    assert [form.text for form in lexicon.terms[2].forms] == ["Greis", "Greise"]
    assert lexicon.words == {"mensch": ("mann", "frau", "leute")}


def test_a_toml_lexicon_may_use_the_english_kinds_and_words(tmp_path: Path) -> None:
    text = '[axis.hair.redheads]\nperson = ["ginger"]\nnot = ["ginger ale"]\n'
    lexicon = read_lexicon(written(tmp_path, text, "hair.toml"))
    assert lexicon.kinds["person"] == english().kinds["person"]
    assert lexicon.words == english().words


BROKEN = [
    ("axis,group,term\n", "holds no terms", None),
    ("", "has no column 'axis'", 1),
    ("axis,group\na,b\n", "has no column 'term'", 1),
    ("axis,group,term,colour\na,b,c,d\n", "the column 'colour' means nothing here", 1),
    ("axis,group,term,term\na,b,c,d\n", "the column 'term' stands twice", 1),
    ("axis,group,term\na,b,c,d\n", "4 fields", 2),
    ("axis,group,term\na,,c\n", "group is empty", 2),
    ("axis,group,term\na,b,\n", "term is empty", 2),
    ("axis,group,term,kind\na,b,c,persn\n", "there is no kind 'persn' ('c'). Did you mean", 2),
    ("axis,group,term\na,b,c\na,b,d\na,b,C\n", "twice: lines 2 and 4", 4),
    ("axis,group,term\na,b,cat\na,d,dog\na,d,cat\n", "two groups of the axis 'a': 'b' (line 2)", 4),
    ("axis,group,term,kind\na,b,cat,noun\na,d,cats,term\n", "'cats' is in two groups", 3),
    ("axis,group,term,kind,not\na,b,cat,,cat\n", "'cat' is a term itself", 2),
    ('axis,group,term\na,b,"c\n', "is not CSV", 2),
    ("axis,group,term\na,b,{c|}\n", "'{c|}' leaves nothing to look for", 2),
    ("axis,group,term,kind\na,b,c/,noun\n", "'c/' leaves nothing to look for", 2),
    ("axis,group,term\na,b,{1..999}{1..999}{1..999}\n", "more than 2,000 ways", 2),
    ("axis,group,term,not\na,b,c,{1..999}{1..999}c\n", "more than 2,000 ways", 2),
]


@pytest.mark.parametrize(("text", "reason", "line"), BROKEN)
def test_broken_csv_is_refused_with_its_line(
    tmp_path: Path, text: str, reason: str, line: int | None
) -> None:
    with pytest.raises(SourceError) as caught:
        read_lexicon(written(tmp_path, text))
    assert reason in str(caught.value)
    assert caught.value.line == line
    if line is not None:
        assert f"mine.csv, line {line}: " in str(caught.value)


BROKEN_TOML = [
    ("language = 3\n", "language is 3"),
    ("colour = 1\n", "there is no field 'colour'"),
    ("[axis]\ngender = 3\n", "axis is no table of tables"),
    ('[axis.gender.women]\nnoun = "woman"\n', "axis.gender.women.noun is no list of texts"),
    ("[kinds.odd]\npattern = []\n", "kinds.odd: there is no field 'pattern'"),
    ('[kinds.odd]\nlike = "strange"\n', "there is no kind 'strange' before it"),
    (
        '[kinds.odd]\npatterns = ["man woman"]\n[axis.a.b]\nodd = ["c"]\n',
        "kind 'odd': the pattern 'man woman' must hold _ exactly once",
    ),
    (
        '[kinds.odd]\npatterns = ["_ beast"]\n[axis.a.b]\nodd = ["c"]\n',
        "line 4: kind 'odd' speaks of words of the class 'beast'",
    ),
    (
        'language = "fr"\n[axis.a.b]\nperson = ["c"]\n',
        "line 3: there is no kind 'person' ('c'). There are: term, noun, pronoun. Others, for 'fr'",
    ),
    (
        '[axis.a.b]\nterm = [\n  "c",\n]\n[axis.a.d]\nterm = [\n  "e", "c",\n]\n',
        "line 7: 'c' is in two groups of the axis 'a': 'b' (line 3) and 'd' (line 7)",
    ),
    ("[axis.a.b\n", "line 1: is not TOML"),
]


@pytest.mark.parametrize(("text", "reason"), BROKEN_TOML)
def test_broken_toml_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(AuditError) as caught:
        read_lexicon(written(tmp_path, text, "mine.toml"))
    assert reason in str(caught.value)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"neither \.csv nor \.toml"):
        read_lexicon(written(tmp_path, "woman", "terms.txt"))
    with pytest.raises(InputError, match="cannot be read"):
        read_lexicon(tmp_path / "nowhere.csv")
    latin = tmp_path / "latin.csv"
    latin.write_bytes("axis,group,term\na,b,señora\n".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_lexicon(latin)


def test_patterns_say_what_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="exactly once"):
        pattern("_ and _")
    with pytest.raises(ValueError, match="cannot be read"):
        pattern("_ per?son")


# -- what is written about lexicons ----------------------------------------------------------------

PAGE = Path(__file__).parents[1] / "docs" / "lexicons.md"


def test_lexicons_of_the_page_are_read(tmp_path: Path) -> None:
    blocks = re.findall(r"```(csv|toml)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    for ending, text in blocks:
        assert len(read_lexicon(written(tmp_path, text, f"page.{ending}")).terms) >= 4


def test_the_page_has_every_kind() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(english().kinds)
