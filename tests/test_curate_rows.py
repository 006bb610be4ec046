"""Rows kept letter by letter: every way of writing a table, against what the audit reads of it."""

import csv
import gzip
import io
import json

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.curation import delimited_rows, json_rows
from audits.curation.fates import EXTRA, Fate, Fates, extra_names
from audits.curation.row_files import row_file
from audits.data import csv_check
from audits.data.sources import open_source
from audits.data.workspace import Workspace
from audits.errors import UsageError

WORK = Workspace()
GONE = Fate("copy", "=a, “b”", "Ann", "2026-11-27T10:00:00Z")
EXTRAS = ["copy", "'=a, “b”", "Ann", "2026-11-27T10:00:00Z"]

HARD = {
    "plain": b"name,n\nAda,1\nBo,2\nCy,3\nDi,4\n",
    "no newline at the end": b"name,n\nAda,1\nBo,2\nCy,3\nDi,4",
    "carriage returns and newlines": b"name,n\r\nAda,1\r\nBo,2\r\nCy,3\r\nDi,4\r\n",
    "carriage returns alone": b"name,n\rAda,1\rBo,2\rCy,3\rDi,4\r",
    "both kinds": b"name,n\nAda,1\r\nBo,2\nCy,3\r\nDi,4\n",
    "blank lines": b"name,n\nAda,1\n\n\r\nBo,2\nCy,3\n\nDi,4\n\n",
    "byte-order mark": b"\xef\xbb\xbfname,n\nAda,1\nBo,2\nCy,3\nDi,4\n",
    "semicolons": b"name;n\nAda;1,5\nBo;2\n\"C;y\";3\nDi;4\n",
    "line breaks in quotes": b'name,n\n"A\nd\r\na",1\n"Bo\n\n",2\n"C ""y""\n",3\nDi,"4"\n',
    "all in quotes": b'"name","n"\n"Ada","1"\n"Bo","2"\n"Cy",""\n"Di","4"\n',
    "blanks": b'name , n\n Ada , 1\n "Bo" , 2 \nCy,3\nDi,4\n',
    "header of two lines": b'"na\nme",n\nAda,1\nBo,2\nCy,3\nDi,4\n',
    "marks in a bare value": b'name,n\n5" pipe,1\nB"o,2\nCy,3\nDi,4\n',
    "latin-1": "name,n\nÅda,1\nBö,2\nCý,3\nDi,4\n".encode("latin-1"),
    "utf-16": "name,n\nÅda,1\nBö,2\nCý,3\nDi,4\n".encode("utf-16"),
    "utf-16 big-endian": b"\xfe\xff" + "name,n\nÅda,1\nBö,2\nCý,3\nDi,4\n".encode("utf-16-be"),
    "one column": b"name\nAda\n\nCy\nDi\n",
    "padded numbers": b"name,n\nAda,01\nBo,1e0\nCy,NaN\nDi,+4\n",
}  # fmt: skip


def fates(removed=(), edited=None):
    edits = {row: Fate("x", "y", edit=edit) for row, edit in (edited or {}).items()}
    return Fates(dict.fromkeys(removed, GONE), edits, {}, {}, {})


def parted(folder, content, which, name="made.csv"):
    path = folder / name
    path.write_bytes(content)
    kept, removed = folder / f"kept-{name}", folder / f"removed-{name}"
    rows = row_file(path).part(which, kept, removed)
    return rows, kept, removed


def read(path):
    return open_source(path, "real", WORK).relation.fetchall()


@pytest.mark.parametrize("content", HARD.values(), ids=HARD.keys())
def test_nothing_removed_is_the_same_bytes(tmp_path, content):
    rows, kept, _ = parted(tmp_path, content, fates())
    assert rows == len(read(tmp_path / "made.csv")) == 4
    assert kept.read_bytes() == content


@pytest.mark.parametrize("gone", [1, 2, 4])
@pytest.mark.parametrize("content", HARD.values(), ids=HARD.keys())
def test_each_file_holds_its_rows_as_they_were(tmp_path, content, gone):
    """What is read of the kept file is what was read of the table, less the row; letters alike."""
    _, kept, removed = parted(tmp_path, content, fates([gone]))
    before = read(tmp_path / "made.csv")
    assert read(kept) == before[: gone - 1] + before[gone:]
    [(*own, rule, _, by, at)] = read(removed)
    assert tuple(own) == before[gone - 1]
    assert [rule, by, at] == [EXTRAS[0], *EXTRAS[2:]]
    lost = len(content) - len(kept.read_bytes())
    assert 0 < lost < len(content)


def test_the_letters_of_the_rest_are_the_same(tmp_path):
    content = HARD["line breaks in quotes"]
    _, kept, removed = parted(tmp_path, content, fates([2]))
    assert kept.read_bytes() == content.replace(b'"Bo\n\n",2\n', b"")
    assert removed.read_text(encoding="utf-8") == (
        'name,n,removed_rule,removed_reason,removed_by,removed_at\n'
        '"Bo\n\n",2,copy,"\'=a, “b”",Ann,2026-11-27T10:00:00Z\n'
    )  # fmt: skip


def test_letters_that_an_encoding_lacks_are_spelt_out_beside_removed_rows(tmp_path):
    _, _, removed = parted(tmp_path, HARD["latin-1"], fates([1]))
    assert b"\\u201cb\\u201d" in removed.read_bytes()
    assert removed.read_bytes().startswith(b"name,n,removed_rule")


def test_zipped_files_are_zipped_alike_each_time(tmp_path):
    content = HARD["line breaks in quotes"]
    _, kept, _ = parted(tmp_path, gzip.compress(content), fates([1]), "made.csv.gz")
    assert gzip.decompress(kept.read_bytes()) == content.replace(b'"A\nd\r\na",1\n', b"")
    again = parted(tmp_path, gzip.compress(content, mtime=5), fates([1]), "made.csv.gz")[1]
    assert again.read_bytes() == kept.read_bytes()


def test_tabs(tmp_path):
    _, kept, removed = parted(tmp_path, b"a\tb\n1,2\t3\n4\t5\n", fates([2]), "made.tsv")
    assert kept.read_bytes() == b"a\tb\n1,2\t3\n"
    assert removed.read_bytes().splitlines()[1].startswith(b"4\t5\tcopy\t")


def test_names_of_further_columns_are_no_name_of_the_table():
    assert extra_names(["a"]) == EXTRA
    assert extra_names(["REMOVED_AT", "removed_at_2"])[-1] == "removed_at_3"


EDITS = {
    "plain": (b"n,m\n1,a\n2,b\n", b"n,m\n1,a\n2,new\n"),
    "quoted stays quoted": (b'n,m\n1,a\n2,"b"\r\n', b'n,m\n1,a\n2,"new"\r\n'),
    "blanks before": (b"n,m\n1,a\n 2 , b\n", b"n,m\n1,a\n 2 ,new\n"),
    "line breaks": (b'n,m\n1,a\n"2\n",b', b'n,m\n1,a\n"2\n",new'),
    "marks": (b'n,m\n1,a\n2"x,b\n', b'n,m\n1,a\n2"x,new\n'),
    "semicolons": (b"n;m\n1;a\n2,5;b\n", b"n;m\n1;a\n2,5;new\n"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), EDITS.values(), ids=EDITS.keys())
def test_an_edit_changes_its_own_cell(tmp_path, content, expected):
    _, kept, _ = parted(tmp_path, content, fates(edited={2: {"m": "new"}}))
    assert kept.read_bytes() == expected


def test_an_edit_may_hold_whatever_a_cell_may(tmp_path):
    hard = 'a,"b"\nc'
    _, kept, _ = parted(tmp_path, b"n,m\n1,a\n2,b\n", fates(edited={1: {"n": hard, "m": None}}))
    assert read(kept) == [(hard, None), ("2", "b")]


def test_an_edit_that_the_encoding_lacks_is_refused(tmp_path):
    with pytest.raises(UsageError, match="row 1: the edit holds '“', which latin-1 has not"):
        parted(tmp_path, HARD["latin-1"], fates(edited={1: {"name": "“"}}))


texts = st.text(st.sampled_from('ab,;"\n\r 1é'), max_size=6)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(texts, min_size=3, max_size=3), min_size=2, max_size=6), st.data())
def test_any_table_is_cut_as_it_was_written(tmp_path_factory, table, data):
    """Cells as written come back, kept and edited alike, whatever they hold."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["p", "q", "r"], *table])
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes(out.getvalue().encode())
    found = list(delimited_rows.records(path, csv_check.look(path)))
    assert "".join(text for text, _ in found).encode() == path.read_bytes()
    assert [values for _, values in found][1:] == table
    gone = data.draw(st.sets(st.integers(1, len(table)), max_size=len(table) - 1))
    stay = [row for row in range(1, len(table) + 1) if row not in gone]
    new = data.draw(texts)
    kept, removed = path.with_name("kept.csv"), path.with_name("removed.csv")
    which = fates(gone, {stay[0]: {"q": new}})
    assert row_file(path).part(which, kept, removed) == len(table)
    wanted = [list(table[row - 1]) for row in stay]
    wanted[0][1] = new
    with kept.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1:] == wanted
    with removed.open(encoding="utf-8", newline="") as file:
        assert [line[:3] for line in csv.reader(file)][1:] == [table[r - 1] for r in sorted(gone)]


# -- JSON Lines ------------------------------------------------------------------------------------

LINES = (
    b'{"a": 1,  "b": "x"}\n\n{ "a":2.50, "b": null, "c": {"d": [1]} }\r\n{"b":"\\u00e9","a":true}'
)


def test_json_lines_are_kept_as_written(tmp_path):
    rows, kept, removed = parted(tmp_path, LINES, fates([2]), "made.jsonl")
    assert rows == len(read(tmp_path / "made.jsonl")) == 3
    assert kept.read_bytes() == LINES.replace(b'{ "a":2.50, "b": null, "c": {"d": [1]} }\r\n', b"")
    gone = json.loads(removed.read_text(encoding="utf-8"))
    assert gone["c"] == {"d": [1]}
    assert [gone[name] for name in EXTRA] == list(GONE.extra)
    assert parted(tmp_path, LINES, fates(), "made.jsonl")[1].read_bytes() == LINES


def test_values_of_json_keep_their_type(tmp_path):
    which = fates(edited={1: {"a": "7", "b": "y"}, 2: {"a": "3.5", "c": None}, 3: {"a": "false"}})
    _, kept, _ = parted(tmp_path, LINES, which, "made.jsonl")
    text = kept.read_text(encoding="utf-8")
    assert text.splitlines()[0] == '{"a": 7,  "b": "y"}'
    made = [json.loads(line) for line in text.splitlines() if line.strip()]
    assert made[1] == {"a": 3.5, "b": None, "c": None}
    assert made[2] == {"b": "é", "a": False}


def test_a_value_that_a_line_lacks_is_added():
    assert json_rows.edited("{}\n", {"n": "x"}) == '{"n": "x"}\n'
    assert json_rows.edited('{"a": 1 }', {"n": "x"}) == '{"a": 1 , "n": "x"}'


@given(st.dictionaries(st.text(max_size=3), st.none() | st.booleans() | st.text() | st.integers()))
def test_members_are_those_of_the_object(made):
    text = json.dumps(made)
    found, end = json_rows.members(text)
    assert [one.value for one in found] == list(made.values())
    assert [json.loads(text[one.start : one.stop]) for one in found] == list(made.values())
    assert text[end] == "}"


# -- Parquet and Feather ---------------------------------------------------------------------------

TABLE = pa.table(
    {
        "n": pa.array([1, None, 3, 4, 5], pa.int16()),
        "when": pa.array([0, 1, 2, 3, None], pa.date32()),
        "kind": pa.array(["a", "b", "a", None, "b"]).dictionary_encode(),
        "deep": pa.array([[1], [], None, [2, 3], [4]], pa.list_(pa.int8())),
        "x": pa.array([0.5, float("nan"), None, 1e300, 2.0]),
    }
).replace_schema_metadata({"made": "here"})


def test_parquet_keeps_schema_and_compression(tmp_path):
    path, kept, removed = (tmp_path / f"{n}.parquet" for n in ("made", "kept", "removed"))
    pq.write_table(TABLE, path, row_group_size=2, compression={"n": "zstd", "x": "gzip"})
    assert row_file(path).part(fates([2, 3]), kept, removed) == 5
    made = pq.read_table(kept)
    assert made.schema.equals(pq.read_table(path).schema, check_metadata=True)
    assert made.equals(pq.read_table(path).take([0, 3, 4]))
    codecs = [pq.ParquetFile(f).metadata.row_group(0).column(0).compression for f in (path, kept)]
    assert codecs == ["ZSTD", "ZSTD"]
    gone = pq.read_table(removed)
    own = gone.select(TABLE.column_names).to_pylist()
    assert repr(own) == repr(TABLE.take([1, 2]).to_pylist())  # nan is not equal to itself
    assert gone["removed_by"].to_pylist() == ["Ann", "Ann"]


@pytest.mark.parametrize("kind", ["parquet", "feather"])
def test_edits_of_typed_columns(tmp_path, kind):
    path, kept, removed = (tmp_path / f"{n}.{kind}" for n in ("made", "kept", "removed"))
    write = pq.write_table if kind == "parquet" else pyarrow.feather.write_feather
    write(TABLE, str(path))
    edit = {"n": "7", "when": "2026-11-27", "kind": "c", "x": None}
    assert row_file(path).part(fates([1], {4: edit}), kept, removed) == 5
    made = (pq.read_table(kept) if kind == "parquet" else pyarrow.feather.read_table(kept)).slice(2)
    assert made.schema.types == TABLE.schema.types
    row = made.to_pylist()[0]
    assert [row["n"], str(row["when"]), row["kind"], row["x"]] == [7, "2026-11-27", "c", None]
    assert row["deep"] == [2, 3]
    assert made.to_pylist()[1] == TABLE.to_pylist()[4]


def test_an_edit_that_no_type_takes_is_refused(tmp_path):
    path = tmp_path / "made.parquet"
    pq.write_table(TABLE, path)
    with pytest.raises(UsageError, match="row 2, column 'n': the edit '70000' does not fit"):
        row_file(path).part(
            fates(edited={2: {"n": "70000"}}), tmp_path / "a.parquet", tmp_path / "b.parquet"
        )


def test_frames_of_pandas_with_an_index(tmp_path):
    path, kept, removed = (tmp_path / f"{n}.parquet" for n in ("made", "kept", "removed"))
    pd.DataFrame({"a": [1, 2, 3]}).to_parquet(path)
    row_file(path).part(fates([2]), kept, removed)
    assert pd.read_parquet(kept)["a"].tolist() == [1, 3]
