"""Delimited text: what is read, and on which line it breaks."""

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.data import csv_check, delimited, parquet_cache
from audits.data.csv_check import Records
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


# -- every line that is rejected -------------------------------------------------------------------


def refused(path):
    with pytest.raises(SourceError) as caught:
        open_source(path, "real", WORK)
    return caught.value


def test_all_ragged_lines_are_counted_and_five_are_shown(tmp_path):
    lines = ["1,2"] * 20_000
    for at, line in {3: "1,2,3", 50: "4", 51: "x" * 200, 9000: "5,6,7,8", 15_000: "9"}.items():
        lines[at - 2] = line
    path = write(tmp_path, "a,b\n" + "\n".join(lines))
    assert str(refused(path)) == (
        "table.csv, line 3: has 3 fields where the header has 2: '1,2,3'. 5 lines in all are no "
        f"rows; after this one come 50 ('4'), 51 ({'x' * 80!r}), 9000 ('5,6,7,8'), 15000 ('9'). "
        "Mend the line, or quote values that hold the delimiter."
    )
    lines[17_000] = "1"
    error = refused(write(tmp_path, "a,b\n" + "\n".join(lines)))
    assert "6 lines in all are no rows" in str(error)
    assert "15000 ('9'), and more. Mend" in str(error)
    assert "17002" not in str(error)


def test_lines_rejected_for_different_reasons_are_told_together(tmp_path):
    error = refused(write(tmp_path, 'a,b\n1,2\n"3"x,4\n"5" ,6\n7\n"8"y,9,"10"z\n'))
    assert error.line == 3
    assert "a value goes on after its closing quotation mark. 3 lines in all" in error.reason
    assert error.reason.endswith("""after this one come 5 ('7'), 6 ('"8"y,9,"10"z').""")


def test_a_single_rejected_line_is_told_as_one(tmp_path):
    error = refused(write(tmp_path, "a,b\n1,2\n1,2,3\n"))
    assert error.reason == "has 3 fields where the header has 2: '1,2,3'."


# -- every row is accounted for --------------------------------------------------------------------

COUNTED = {
    "marks inside bare values": ('a,b\n5" pipe,1\n6"" x,2\n3,"4\n4"\n', 3),
    "one mark inside a bare value": ('a,b\n1,2\n5" pipe,1\n3,4\n', 3),
    "blanks before and after quotes": ('a,b\n "1,1\n1" ,2\n"3",4\n', 2),
    "all of it": ('a,b\n5" pipe,1\n1,1\n "3,4\n5",4\n', 3),
    "lines in values": ('a,b\n"1\n\n\n1",2\n"\n","\n"\n', 2),
    "blank lines": ("a,b\n\n1,2\n\n\n3,4\n\n", 2),
    "blank lines with returns": ("a,b\r\n\r\n1,2\r\n\r\n", 1),
    "blank lines in one column": ("a\n1\n\n2\n\n\n", 5),
    "blank lines and an open end": ("a\n1\n\n2", 3),
    "returns alone": ('a,b\r1,"2\r2"\r3,4\r', 2),
    "returns in one column": ("a\r1\r\r2", 3),
}


@pytest.mark.parametrize(("content", "count"), COUNTED.values(), ids=COUNTED.keys())
def test_as_many_rows_as_records(tmp_path, content, count):
    assert len(rows(write(tmp_path, content))) == count


@pytest.mark.parametrize("name", [n for n in COUNTED if n.startswith(("blank", "lines"))])
def test_bytes_are_enough_to_count_most_files(name):
    content, count = COUNTED[name]
    records = Records()
    records.add(content.encode())
    assert records.rows(content.splitlines()[0].count(",") + 1) == count


@pytest.mark.parametrize("lost", [1, -1])
@pytest.mark.parametrize("content", [GOOD, GOOD.replace("\n", "\r"), GOOD.encode("utf-16")])
def test_a_row_that_is_lost_or_made_up_is_noticed(tmp_path, monkeypatch, content, lost):
    store = parquet_cache.stored

    def wrong(relation, *where):
        return store(relation.limit(1) if lost == 1 else relation.union(relation.limit(1)), *where)

    monkeypatch.setattr(parquet_cache, "stored", wrong)
    error = refused(write(tmp_path, content))
    assert error.reason == f"{2 - lost} rows were read where 2 are written."


PIECES = st.sampled_from(['"', '""', ",", "\n", "\r\n", "a", "\n\n"])


@given(st.lists(PIECES, max_size=25), st.integers(1, 7))
def test_records_are_counted_alike_however_the_bytes_come(pieces, size):
    content = ("h,i\n" + "".join(pieces)).encode()
    whole, parts = Records(), Records()
    whole.add(content)
    for start in range(0, len(content), size):
        parts.add(content[start : start + size])
    assert whole == parts
    assert whole.lines == content.count(b"\n")


@given(st.lists(st.lists(st.text('ab",\n ', max_size=5), min_size=2, max_size=2), min_size=1))
def test_records_are_those_that_a_writer_wrote(table):
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["h", "i"], *table])
    records = Records()
    records.add(text.getvalue().encode())
    assert records.rows(2) == len(table)
    assert records.tallest == max(sum(v.count("\n") for v in row) + 1 for row in table)


def test_a_mark_that_stays_open_and_swallows_the_rest_is_named(tmp_path):
    text = "a,b,c\n" + "1,2,3\n" * 30_000 + '4,"5,6\n' + "7,8,9\n" * 20_000
    error = refused(write(tmp_path, text))
    assert (error.line, error.reason) == (30_002, "a quotation mark is opened and never closed.")


@pytest.mark.parametrize(
    ("row", "end", "count"), [("7,8,9", '7,8,9"', 20_000), ("7,8", '7,8"', 1500)]
)
def test_two_stray_marks_that_swallow_rows_are_named(tmp_path, row, end, count):
    head = "a,b,c"[: len(row)]
    text = f'{head}\n{row}\n{row[:-1]}"9\n' + f"{row}\n" * count + f"{end}\n{row}\n"
    for name, content in (("t.csv", text), ("u.csv", text.encode("utf-16"))):
        error = refused(write(tmp_path, content, name))
        assert error.line == 3
        assert f"{count:,} lines that look like rows follow before one closes it" in error.reason


def test_a_long_text_is_no_swallowed_table(tmp_path):
    poem = "\n".join("a line, or two" if i % 3 else "one more" for i in range(5000))
    assert rows(write(tmp_path, f'a,b\n1,"{poem}"\n')) == [("1", poem)]
    assert rows(write(tmp_path, f'a\n"{poem}"\n')) == [(poem,)]


# -- bounds ----------------------------------------------------------------------------------------


def test_lines_that_do_not_end_are_read_in_pieces(monkeypatch):
    monkeypatch.setattr(csv_check, "LONGEST", 4)
    assert list(csv_check.bounded_lines(io.StringIO("ab\nabcdefghi\n"))) == [
        "ab\n", "abcd", "efgh", "i\n"
    ]  # fmt: skip


def test_a_copy_in_another_encoding_lies_in_the_work_folder_for_a_while(tmp_path, monkeypatch):
    seen = []
    rewrite = csv_check.rewrite

    def noted(path, shape, target):
        seen.append(target)
        return rewrite(path, shape, target)

    monkeypatch.setattr(delimited, "rewrite", noted)
    assert len(rows(write(tmp_path, GOOD.encode("latin-1")))) == 2
    with pytest.raises(SourceError):
        rows(write(tmp_path, (GOOD + "1,2,3\n").encode("latin-1")))
    with pytest.raises(SourceError):
        rows(write(tmp_path, GOOD.encode("utf-16")[:-1]))
    assert {path.parent for path in seen} == {WORK.folder}
    assert len(set(seen)) == 3
    assert not any(path.exists() for path in seen)


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
    assert source.find_line("name", "name") is None  # the header is no row
    single = open_source(write(tmp_path, "a\n1\n\n2\n"), "real", WORK)
    assert single.find_line("a", "") == 3


def test_every_error_can_be_caught_as_one(tmp_path):
    with pytest.raises(AuditError) as caught:
        rows(write(tmp_path, ""))
    assert caught.value.exit_code == 3
