"""Texts as they are read: from anything, in any order, and what is said where they cannot be."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from texts_made import corpora_of

from audits.corpus import reading, sources
from audits.corpus.asked import Asked
from audits.corpus.opening import opened_corpora
from audits.data.workspace import Workspace
from audits.errors import AuditError
from audits.settings import Settings

TEXTS = ["The old woman sings.", "", "A young man reads, doesn't he?", "  \n", "Naïve 🙂 שלום"]


def read(tmp_path, given, other=None, settings=None, **asked):
    """Corpora of one collection, or of a real and a synthetic one."""
    tables = {"synthetic": given} if other is None else {"real": other, "synthetic": given}
    asked.setdefault("language", "xx")  # without a lexicon
    with (
        Workspace(folder=tmp_path) as work,
        opened_corpora(
            tables, Asked(**asked), settings or Settings(), work, lambda *_: None
        ) as corpora,
    ):
        return corpora


def content(collection):
    """Everything that a question may ask of a collection, but for where a document stood."""
    return (
        list(collection.texts),
        [collection.vocabulary.tokens[n] for n in collection.tokens],
        collection.starts.tolist(),
        collection.offsets.tolist(),
        collection.content.tolist(),
        {
            name: [None if c < 0 else label.values[c] for c in label.codes]
            for name, label in collection.columns.items()
        },
        collection.prompts,
        None if collection.vectors is None else collection.vectors.tolist(),
    )


def lines(frame: pd.DataFrame) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in frame.to_dict("records")).encode()


WAYS = {
    "csv": lambda frame, path: frame.to_csv(path, index=False),
    "csv.gz": lambda frame, path: frame.to_csv(path, index=False),
    "tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
    "parquet": lambda frame, path: frame.to_parquet(path),
    "jsonl": lambda frame, path: path.write_bytes(lines(frame)),
    "jsonl.gz": lambda frame, path: path.write_bytes(gzip.compress(lines(frame))),
    "feather": lambda frame, path: frame.to_feather(path),
}
FRAMES = {"pandas": lambda frame: frame, "polars": pl.from_pandas, "arrow": pa.Table.from_pandas}


def written(folder: Path, frame: pd.DataFrame, kind: str):
    """The same table in any of the forms that can be read."""
    if kind in FRAMES:
        return FRAMES[kind](frame)
    path = folder / f"made.{kind}"
    WAYS[kind](frame, path)
    return path


class TestWhateverIsGiven:
    @pytest.mark.parametrize("kind", [*WAYS, *FRAMES])
    def test_tables(self, tmp_path, kind):
        frame = pd.DataFrame({"body": TEXTS * 3, "who": ["b", "a", None] * 5, "n": range(15)})
        found = read(tmp_path, written(tmp_path, frame, kind), text="body", groups=("who",))
        one = found.synthetic
        assert sorted(one.texts) == sorted(t for t in TEXTS * 3 if t.strip())
        assert (one.record.rows, one.record.empty, one.record.columns) == (15, 6, 3)
        assert one.record.sha256 or kind in FRAMES
        for document in range(one.documents):
            row = int(one.row[document])
            assert one.texts[document] == TEXTS[row % 5]
            code = int(one.columns["who"].codes[document])
            assert ("b", "a", None)[row % 3] == (None if code < 0 else "ab"[code])

    @pytest.mark.parametrize(
        "made",
        [
            *(list, tuple, pd.Series, np.array, pl.Series, pa.array),
            lambda texts: pa.chunked_array([texts]),
        ],
    )
    def test_texts_in_a_row(self, tmp_path, made):
        found = read(tmp_path, made(TEXTS))
        assert content(found.synthetic) == content(read(tmp_path, list(TEXTS)).synthetic)
        assert found.synthetic.record.rows == 5

    @pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
    def test_a_missing_text_is_empty(self, tmp_path, missing):
        found = read(tmp_path, pd.Series(["a", missing], dtype=object))
        assert (found.synthetic.documents, found.synthetic.record.empty) == (1, 1)

    def test_a_folder_has_a_text_a_file(self, tmp_path):
        for name, text in (("b.txt", "two\nlines"), ("a.txt", "one"), ("c/d.TXT", "three")):
            (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "in" / name).write_text(text)
        (tmp_path / "in/.hidden").mkdir()
        (tmp_path / "in/.hidden/e.txt").write_text("no")
        (tmp_path / "in/read.md").write_text("no")
        one = read(tmp_path, tmp_path / "in").synthetic
        by_row = [one.texts[i] for i in np.argsort(one.row)]
        assert by_row == ["one", "two\nlines", "three"]

    def test_a_file_of_text_has_one_a_line(self, tmp_path):
        file = tmp_path / "all.txt"
        file.write_bytes("\ufeffone\u2028two\x0bthree\x85\r\n\nfive\rsix\n".encode())
        found = read(tmp_path, file)
        one = found.synthetic
        by_row = [one.texts[i] for i in np.argsort(one.row)]
        assert by_row == ["one\u2028two\x0bthree\x85", "five", "six"]
        assert one.row[np.argsort(one.row)].tolist() == [0, 2, 3]
        assert found.notes[0] == "all.txt holds one text per line."


ASKED = {"groups": ("who",), "prompt": "asked", "embeddings": "vec"}


class TestOrder:
    FRAME = pd.DataFrame(
        {
            "text": [f"Text {i % 17} of {'x' * (i % 5)} it." for i in range(60)],
            "who": [("a", "b", None)[i % 3] for i in range(60)],
            "asked": [f"Write {i % 4}." for i in range(60)],
            "vec": [[i / 7, -i, 0.5] for i in range(60)],
        }
    )

    def test_rows_may_stand_in_any_order(self, tmp_path):
        given = self.FRAME.drop(columns=["asked", "vec"])
        there = read(tmp_path, given, groups=("who",))
        other = read(tmp_path, given.sample(frac=1, random_state=3), groups=("who",))
        assert content(there.synthetic) == content(other.synthetic)
        assert there.vocabulary.tokens == other.vocabulary.tokens

    def test_a_document_keeps_what_stands_beside_it(self, tmp_path):
        one = read(tmp_path, self.FRAME, **ASKED).synthetic
        assert sorted(one.row) == list(range(60))
        for document, row in enumerate(one.row.tolist()):
            given = self.FRAME.iloc[row]
            assert one.texts[document] == given["text"]
            assert one.prompts[document] == given["asked"]
            assert one.vectors[document] == pytest.approx(given["vec"])
            tokens = one.tokens[one.starts[document] : one.starts[document + 1]]
            at = one.offsets[one.starts[document] : one.starts[document + 1]]
            for number, place in zip(tokens, at, strict=True):
                token = one.vocabulary.tokens[number]
                assert given["text"][place : place + len(token)] == token

    def test_in_pieces_as_at_once(self, tmp_path, monkeypatch):
        whole = read(tmp_path, self.FRAME, **ASKED)
        monkeypatch.setattr(sources, "_BATCH", 7)
        monkeypatch.setattr(sources, "_AT_ONCE", 500)
        pieces = read(tmp_path, self.FRAME, **ASKED)
        assert content(whole.synthetic) == content(pieces.synthetic)

    def test_texts_that_spacy_cuts_otherwise_are_all_cut_as_a_whole(self, tmp_path, monkeypatch):
        by_runs = read(tmp_path, self.FRAME, **ASKED)
        monkeypatch.setattr(reading, "_AT_ONCE", 7)
        monkeypatch.setattr(
            reading.Tokens, "differs", lambda _self, text: text.startswith("Text 3")
        )
        whole = read(tmp_path, self.FRAME, **ASKED)
        assert content(by_runs.synthetic) == content(whole.synthetic)
        assert any("as a whole" in note for note in whole.notes)
        assert not any("as a whole" in note for note in by_runs.notes)

    def test_hashes_are_those_of_any_machine(self, tmp_path):
        (found,) = read(tmp_path, ["cafe\u0301"]).synthetic.content.tolist()
        (composed,) = read(tmp_path, ["caf\u00e9"]).synthetic.content.tolist()
        assert found == composed == 16417751708935026519


class TestBounds:
    def test_the_end_of_a_long_text_is_not_read(self, tmp_path):
        settings = Settings(longest_text=1_000)
        frame = pd.DataFrame(
            {"text": ["word " * 300, "word " * 200, "x" * 10_000, " " * 2_000 + "x"]}
        )
        for given in (frame, frame["text"], written(tmp_path, frame, "parquet")):
            found = read(tmp_path, given, settings=settings)
            one = found.synthetic
            assert (one.record.cut, one.record.empty, one.documents) == (2, 1, 3)
            assert max(map(len, one.texts)) == 1_000
            assert any("longest_text (1,000 characters): 2." in note for note in found.notes)

    def test_marks_on_marks_are_read_in_no_time(self, tmp_path):
        piled = "e" + "\u0315\u0300" * 100_000
        assert read(tmp_path, [piled, "e\u0301"]).synthetic.documents == 2

    @pytest.mark.parametrize(
        "texts",
        [
            ["🙂🙃", "👩‍👩‍👧"],
            ["שלום לכם", "مرحبا \u202e بكم"],
            ["\x00\x1b[31m", "\u200b"],
            ["\ud83d half"],
        ],
    )
    def test_texts_of_any_characters(self, tmp_path, texts):
        one = read(tmp_path, texts * 3).synthetic
        assert one.documents == 3 * len(texts)
        assert len(one.words.starts) == one.documents + 1

    def test_a_document_without_a_word(self, tmp_path):
        one = read(tmp_path, ["🙂", "a b", "!"]).synthetic
        assert sorted(one.words.lengths.tolist()) == [0, 0, 2]


class TestRefused:
    """A sentence that says what is wrong, where, and what to do."""

    FRAME = pd.DataFrame({"text": TEXTS, "vec": [[1.0, 2.0]] * 5, "number": range(5)})

    @pytest.mark.parametrize(
        ("given", "asked", "said"),
        [
            (
                FRAME.rename(columns={"text": "txt"}),
                {},
                "has no column 'text'. Did you mean 'txt'?",
            ),
            (FRAME, {"text": "number"}, "holds int in row 1 (0), not a text"),
            (FRAME, {"groups": ("whoo",)}, "has no column 'whoo'"),
            (FRAME, {"groups": ("text",)}, "cannot form groups"),
            (FRAME, {"prompt": "asked"}, "has no column 'asked'"),
            (FRAME, {"embeddings": "vecs"}, "no column is named 'vecs'"),
            (FRAME, {"embeddings": "text"}, "row 1: 'The old woman sings.' is no vector"),
            (FRAME.iloc[:0], {}, "no text with anything in it (rows read: 0)"),
            (["", None, " \n"], {}, "no text with anything in it (rows read: 3)"),
            ([], {}, "no text with anything in it (rows read: 0)"),
            ([1, 2], {}, "text 0 is int, not a text"),
            (b"bytes", {}, "of type bytes. Give a list of texts"),
            ({"text": ["a"]}, {}, "of type dict. Give a list of texts"),
            (iter(["a"]), {}, "of type list_iterator. Give a list of texts"),
            (3, {}, "is a int"),
            ("nowhere.csv", {}, "there is no such file"),
            ("nowhere", {}, "there is no such file"),
        ],
    )
    def test_in_a_sentence(self, tmp_path, given, asked, said):
        with pytest.raises(AuditError) as caught:
            read(tmp_path, given, **asked)
        assert said in str(caught.value)

    @pytest.mark.parametrize(
        ("name", "raw", "said"),
        [
            ("a.txt", "good\ncafé".encode("latin-1"), "a.txt: is not UTF-8: byte 9 (0xe9)"),
            ("a.txt", b"\xef\xbb\xbfgood\n\xff", "a.txt: is not UTF-8: byte 9 (0xff)"),
            ("a.txt", "good".encode("utf-16"), "a.txt: is UTF-16, not UTF-8. Save it as UTF-8"),
            ("a.txt", b"", "no text with anything in it"),
            ("in/a.txt", "café".encode("latin-1"), "a.txt: is not UTF-8: byte 4 (0xe9)"),
            ("in/a.md", b"x", "is a folder without .txt or Parquet files"),
            ("a.jsonl", '{"text": "café"}'.encode("latin-1"), "is not UTF-8"),
            ("a.jsonl", b'{"text": "a"}\n{"text": "b"', "a.jsonl"),
            ("a.docx", b"x", "this kind of file is not known"),
        ],
    )
    def test_files(self, tmp_path, name, raw, said):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(raw)
        with pytest.raises(AuditError) as caught:
            read(tmp_path, path if path.parent == tmp_path else path.parent)
        assert said in str(caught.value)

    def test_too_many_values_for_groups(self, tmp_path):
        frame = pd.DataFrame({"text": ["a"] * 300, "id": range(300)})
        with pytest.raises(AuditError, match=r"'id' has 300 values, which are too many"):
            read(tmp_path, frame, groups=("id",))

    @pytest.mark.parametrize(
        ("vectors", "said"),
        [
            ([[1.0, 2.0], [1.0]], "have 1 to 2 numbers"),
            ([[1.0, 2.0], None], "row 2: 'None' is no vector"),
            ([[1.0, 2.0], [np.nan, 0.0]], "row 2"),
            ([[1.0, 2.0], [1e300, 0.0]], "row 2"),
            ([[1.0, 2.0], []], "row 2: '[]' is no vector"),
            (["[1, 2]", "[[1, 2]]"], "row 2: '[[1, 2]]' is no vector"),
            (["[1, 2]", "[1, "], "row 2: '[1, ' is no vector"),
        ],
    )
    def test_vectors(self, tmp_path, vectors, said):
        frame = pd.DataFrame({"text": ["a", "b"], "vec": vectors})
        with pytest.raises(AuditError) as caught:
            read(tmp_path, frame, embeddings="vec")
        assert said in str(caught.value)

    def test_vectors_of_two_models(self, tmp_path):
        frame = pd.DataFrame({"text": ["a"], "vec": [[1.0, 2.0]]})
        other = pd.DataFrame({"text": ["a"], "vec": [[1.0, 2.0, 3.0]]})
        with pytest.raises(AuditError, match=r"have 3 numbers, those of the synthetic .* 2\."):
            read(tmp_path, frame, other, embeddings="vec")
        with pytest.raises(AuditError, match=r"table of real texts .* has no column 'vec'"):
            read(tmp_path, frame, other.drop(columns="vec"), embeddings="vec")

    @pytest.mark.parametrize("kind", ["pandas", "polars", "arrow", "parquet", "jsonl", "feather"])
    def test_vectors_from_anything(self, tmp_path, kind):
        frame = pd.DataFrame({"text": ["a", "b"], "vec": [[1.0, 2.5], [-3.0, 4.0]]})
        one = read(tmp_path, written(tmp_path, frame, kind), embeddings="vec").synthetic
        assert one.vectors.dtype == np.float32
        by_row = one.vectors[np.argsort(one.row)]
        assert by_row.tolist() == [[1.0, 2.5], [-3.0, 4.0]]


def test_the_same_texts_on_both_sides_are_said_to_be():
    corpora = corpora_of(["One.", "Two."], ["Two.", "One."], language="xx")
    assert any("are the same" in note for note in corpora.notes)
