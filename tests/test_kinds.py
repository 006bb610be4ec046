"""What a column is: told, taken from metadata, or inferred."""

import json

import pytest

from audits.data.kinds import (
    KINDS,
    are_booleans,
    are_codes,
    kind_of_levels,
    kind_of_texts,
    kind_of_wide_text,
    kinds_from_sdv,
    names_rows,
    parse_bands,
    parse_kinds,
)
from audits.errors import SourceError, UnknownNameError, UsageError

INFERRED = {
    "one value": (["x"], "constant"),
    "none": ([], "constant"),
    "few whole numbers": (["1", "2", "20"], "categorical"),
    "many whole numbers": ([str(i) for i in range(21)], "numeric"),
    "fractions": (["0.5", "1"], "numeric"),
    "words": (["a", "b"], "text"),
    "numbers and a word": (["1", "2", "b"], "text"),
    "true and false": (["true", "False"], "boolean"),
    "true, and 0 from the other table": (["true", "0", "1"], "boolean"),
    "0 and 1": (["0", "1"], "categorical"),
    "days": (["2020-01-01", "2020-01-02 10:00"], "date"),
    "days and a word": (["2020-01-01", "never"], "text"),
    "postcodes": (["01234", "99999"], "text"),
    "a useless zero among numbers": ([*map(str, range(30)), "007"], "numeric"),
    "infinity": (["inf", "1"], "numeric"),
}


@pytest.mark.parametrize(("levels", "kind"), INFERRED.values(), ids=INFERRED.keys())
def test_kind_of_levels(levels, kind):
    assert kind_of_levels(levels, dates=False, few=20) == kind


def test_a_declared_date_is_a_date():
    assert kind_of_levels(["18262", "x"], dates=True, few=20) == "date"


def test_few_is_a_setting():
    numbers = [str(i) for i in range(30)]
    assert kind_of_levels(numbers, dates=False, few=30) == "categorical"
    assert kind_of_levels(numbers, dates=False, few=29) == "numeric"


def test_texts_are_judged_by_the_real_rows():
    assert kind_of_texts(49, 50, 5) == "categorical"  # too few rows to tell
    assert kind_of_texts(95, 100, 5) == "identifier"
    assert kind_of_texts(94, 100, 5) == "categorical"
    assert kind_of_texts(99, 100, 41) == "free_text"
    assert kind_of_texts(60, 1000, 81) == "free_text"
    assert kind_of_wide_text(400, 1000, 12) == "free_text"


def test_names_that_number_rows():
    assert [names_rows(n) for n in ("ID", "person_id", "Unnamed: 0", "row")] == [True] * 4
    assert [names_rows(n) for n in ("paid", "idea", "rows", "grid")] == [False] * 4


def test_booleans_and_codes():
    assert are_booleans(["TRUE", "false"])
    assert not are_booleans(["true", "yes"])
    assert not are_codes(["012", "34"])
    assert not are_codes(["12", "34"])


# -- told ------------------------------------------------------------------------------------------


def test_kinds_as_told():
    told = parse_kinds({"a": "numeric", "b": "ordinal:low|high", "c": [1.0, 2, "x "], 3: "date"})
    assert told["a"].kind == "numeric"
    assert told["b"].order == ("low", "high")
    assert told["c"].order == ("1", "2", "x")
    assert told["3"].kind == "date"
    assert parse_kinds(None) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_may_be_told(kind):
    assert parse_kinds({"a": kind})["a"].kind == kind


def test_kinds_that_make_no_sense():
    with pytest.raises(UnknownNameError, match="Did you mean 'numeric'"):
        parse_kinds({"a": "nummeric"})
    for value in (None, 5, 1.5, {"x": 1}):
        with pytest.raises(UsageError, match="the kind of column 'a' is"):
            parse_kinds({"a": value})
    for value in ("ordinal:a|a", ["a", "a "], ["a", ""]):
        with pytest.raises(UsageError, match="empty or stands twice"):
            parse_kinds({"a": value})
    with pytest.raises(UsageError, match="only an ordinal column"):
        parse_kinds({"a": "numeric:1|2"})


def test_bands_are_numbers_or_dates():
    assert parse_bands({"a": [1, "2.5"], "b": 40, "c": ["1970-01-02", "1970-01-03"]}) == {
        "a": (1.0, 2.5),
        "b": (40.0,),
        "c": (1.0, 2.0),
    }


@pytest.mark.parametrize(
    "edges", [[], [2, 1], [1, 1], [1, float("nan")], ["x"], [float("inf")], [None]]
)
def test_bands_that_make_no_sense(edges):
    with pytest.raises(UsageError, match="column 'a'"):
        parse_bands({"a": edges})


# -- metadata --------------------------------------------------------------------------------------

COLUMNS = {
    "age": {"sdtype": "numerical"},
    "sex ": {"sdtype": "categorical"},
    "born": {"sdtype": "datetime", "datetime_format": "%Y"},
    "key": {"sdtype": "id"},
    "phone": {"sdtype": "phone_number"},
}
KNOWN = {
    "age": "numeric",
    "sex": "categorical",
    "born": "date",
    "key": "identifier",
    "phone": "identifier",
}


@pytest.mark.parametrize(
    "document", [{"columns": COLUMNS}, {"tables": {"t": {"columns": COLUMNS}}}]
)
def test_both_layouts_of_metadata(tmp_path, document):
    (tmp_path / "m.json").write_text(json.dumps(document))
    assert kinds_from_sdv(tmp_path / "m.json") == KNOWN


@pytest.mark.parametrize(
    "document", [[], {}, {"tables": {}}, {"tables": {"a": {}, "b": {}}}, "x", 3]
)
def test_documents_that_are_no_metadata(tmp_path, document):
    (tmp_path / "m.json").write_text(json.dumps(document))
    with pytest.raises(UsageError, match=r"m\.json"):
        kinds_from_sdv(tmp_path / "m.json")


def test_metadata_that_is_no_json(tmp_path):
    (tmp_path / "m.json").write_text('{"columns":\n oops}')
    with pytest.raises(SourceError, match="line 2"):
        kinds_from_sdv(tmp_path / "m.json")
