"""Delimited text: what is read, and on which line it breaks."""

import gzip

import pytest

from audits.data.sources import open_source
from audits.data.workspace import Workspace
from audits.errors import AuditError, SourceError

WORK = Workspace()

GOOD = "name,n\nAda,1\nßeta,2\n"


def rows(path):
    return open_source(path, "real", WORK).relation.fetchall()


def write(folder, content, name="table.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


READABLE = {
    "plain": GOOD,
    "no newline at the end": GOOD.rstrip(),
    "blank lines": GOOD.replace("Ada", "\nAda") + "\n\n",
    "byte-order mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "semicolons": GOOD.replace(",", ";"),
    "bars": GOOD.replace(",", "|"),
    "carriage returns and newlines": GOOD.replace("\n", "\r\n"),
    "carriage returns alone": GOOD.replace("\n", "\r"),
    "both kinds of line end": GOOD.replace("1\n", "1\r\n"),
    "blanks around names": GOOD.replace("name,n", " name , n "),
    "latin-1": GOOD.encode("latin-1"),
    "utf-16": GOOD.encode("utf-16"),
    "utf-16 big-endian": b"\xfe\xff" + GOOD.encode("utf-16-be"),
    "header in quotes": GOOD.replace("name", '"name"'),
}


@pytest.mark.parametrize("content", READABLE.values(), ids=READABLE.keys())
def test_the_same_rows_from_every_way_of_writing(tmp_path, content):
    source = open_source(write(tmp_path, content), "real", WORK)
    assert source.relation.columns == ["name", "n"]
    assert source.relation.fetchall() == [("Ada", "1"), ("ßeta", "2")]


def test_zipped_and_tabbed_files_in_any_case(tmp_path):
    expected = [("Ada", "1"), ("ßeta", "2")]
    assert rows(write(tmp_path, gzip.compress(GOOD.encode()), "a.csv.gz")) == expected
    assert rows(write(tmp_path, gzip.compress(GOOD.encode()), "A.CSV.GZ")) == expected
    assert rows(write(tmp_path, GOOD.replace(",", "\t"), "a.tsv")) == expected
    assert rows(write(tmp_path, gzip.compress(GOOD.encode("utf-16")), "b.csv.gz")) == expected


@pytest.mark.parametrize("name", ["data[1].csv", "a*b?.csv", "[x].csv", "it's.csv"])
def test_a_name_is_a_name_and_no_pattern(tmp_path, name):
    write(tmp_path, "name,n\nother,9\n", "data1.csv")
    assert rows(write(tmp_path, GOOD, name)) == [("Ada", "1"), ("ßeta", "2")]


def test_quotes_hold_delimiters_newlines_and_quotes(tmp_path):
    path = write(tmp_path, 'a,b\n"x,y","two\nlines"\n"say ""so""","$1 <b>\\n</b>"\n')
    assert rows(path) == [("x,y", "two\nlines"), ('say "so"', "$1 <b>\\n</b>")]


def test_a_header_of_two_lines_costs_no_row(tmp_path):
    source = open_source(write(tmp_path, '"a\nb",c\n1,2\n3,4\n'), "real", WORK)
    assert source.relation.columns == ["a\nb", "c"]
    assert source.relation.fetchall() == [("1", "2"), ("3", "4")]


def test_the_delimiter_is_sought_outside_quotes(tmp_path):
    source = open_source(write(tmp_path, '"a, b, c";d\n1;2\n'), "real", WORK)
    assert source.relation.columns == ["a, b, c", "d"]


def test_a_cell_of_a_million_letters(tmp_path):
    assert len(rows(write(tmp_path, f"a,b\n{'x' * 10**6},1\n"))[0][0]) == 10**6


def test_other_encodings_are_said(tmp_path):
    source = open_source(write(tmp_path, GOOD.encode("latin-1")), "real", WORK)
    assert source.notes[0].startswith("table.csv is not UTF-8 (line 3); it is read as Latin-1.")
    assert open_source(write(tmp_path, GOOD.encode("utf-16")), "real", WORK).notes
    assert open_source(write(tmp_path, GOOD), "real", WORK).notes == ()


BROKEN = {
    "empty": ("", None, "is empty"),
    "header only": ("a,b\n", None, "has a header and no rows"),
    "header without newline": ("a,b", None, "has a header and no rows"),
    "empty first line": ("\na,b\n1,2\n", 1, "empty first line"),
    "too many fields": ("a,b\n1,2\n1,2,3\n", 3, "has 3 fields where the header has 2"),
    "too few fields": ("a,b\n1,2\n5,6\n1\n", 4, "has 1 field where the header has 2"),
    "ragged after a value of two lines": ('a,b\n"1\n1",2\n1,2,3\n', 4, "has 3 fields"),
    "open quote": ('a,b\n1,2\n"3,4\n5,6\n', 3, "opened and never closed"),
    "open quote in the header": ('"a,b\n1,2\n', 1, "opened and never closed"),
    "text after a quote": ('a,b\n1,2\n"3"x,4\n', 3, "goes on after its closing quotation mark"),
    "nul": ("a,b\n1,2\n3,\0\n", 3, "holds a NUL byte"),
    "equal names": ("a,b,a\n1,2,3\n", 1, "columns 1 and 3 are both 'a'"),
    "names equal but for case": ("a,b,A \n1,2,3\n", 1, "columns 1 and 3 are both 'a'"),
    "no name": ("a,,c\n1,2,3\n", 1, "column 2 has no name"),
    "half a utf-16 letter": (GOOD.encode("utf-16")[:-1], None, "is not whole utf-16 text"),
}


@pytest.mark.parametrize(("content", "line", "reason"), BROKEN.values(), ids=BROKEN.keys())
def test_broken_files_are_refused_with_the_line(tmp_path, content, line, reason):
    with pytest.raises(SourceError) as caught:
        open_source(write(tmp_path, content), "real", WORK)
    said = str(caught.value)
    assert reason in said
    assert "table.csv" in said
    assert caught.value.line == line
    assert line is None or f"line {line}" in said
    assert said.endswith(".")


def test_broken_zips_are_refused(tmp_path):
    whole = gzip.compress(b"a,b\n" + b"1,2\n3,4\n" * 5000)
    damaged = bytearray(gzip.compress(bytes(range(48, 91)) * 200))
    damaged[20:40] = b"\xff" * 20
    for content in (whole[:-9], bytes(damaged), b"a,b\n1,2\n"):
        with pytest.raises(SourceError, match=r"t\.csv\.gz: cannot be read"):
            rows(write(tmp_path, content, "t.csv.gz"))


def test_the_line_of_a_value_is_found_in_any_spelling(tmp_path):
    path = write(tmp_path, 'name,n\n"two\nlines",1\nAda,2.50\n,-1.0\n')
    source = open_source(path, "real", WORK)
    assert source.find_line("n", "2.5") == 4
    assert source.find_line("n", "-1") == 5
    assert source.find_line("name", "") == 5
    assert source.find_line("n", "7") is None
    assert source.find_line("nowhere", "7") is None


def test_every_error_can_be_caught_as_one(tmp_path):
    with pytest.raises(AuditError) as caught:
        rows(write(tmp_path, ""))
    assert caught.value.exit_code == 3
