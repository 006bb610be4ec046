"""The reference population: read from anywhere, and held to the data's own words."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from audits.data.reference import build_reference, read_reference
from audits.data.tables import Coding
from audits.errors import InputError, SourceError, UsageError


def coding(column, *levels, name=None, kind="categorical"):
    codes = {level: code for code, level in enumerate(levels, start=1)}
    return Coding(name or column, column, kind, ("missing", *levels), levels=codes)


SEX = coding("sex", "female", "male")
RACE = coding("race", "Asian", "Black", "Non-Hispanic", "White")
AGE = Coding("age (band)", "age", "numeric", ("missing", "under 30", "30 and over"))
REGION = coding("region", "North", "South")
CODINGS = {"sex": SEX, "race": RACE, "region": REGION, "age": coding("age", "29", "31")}
HALVES = {"female": 0.5, "male": 0.5}


def built(given, features=(RACE, SEX)):
    return build_reference(given, features, CODINGS)


# -- read ------------------------------------------------------------------------------------------

MARGINS = [("sex", "female", 0.5), ("sex", "male", 0.5)]
FRAME = pd.DataFrame(MARGINS, columns=["column", "group", "share"])


def test_the_same_margins_from_every_form(tmp_path):
    texts = {
        "plain.csv": "column,group,share\nsex,female,0.5\nsex,male,0.5\n",
        "blanks.csv": "\ufeffcolumn, group , share,more\n sex , female, 0.5,x\nsex,male,.5,\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert read_reference(tmp_path / name) == (name, MARGINS)
    for given in (
        {"sex": HALVES},
        FRAME,
        pl.from_pandas(FRAME),
        FRAME[["share", "group", "column"]],
    ):
        assert read_reference(given) == ("reference", MARGINS)


def test_groups_are_named_as_in_the_data():
    numbers = pd.DataFrame({"column": ["k", "k"], "group": [1.0, np.nan], "share": [0.5, 0.5]})
    assert [group for _, group, _ in read_reference(numbers)[1]] == ["1", "missing"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("column,group\nsex,female\n", "line 1: has no column 'share'"),
        ("", "has no column 'column'"),
        ("column,group,share\n", "has no rows"),
        ("column,group,share\nsex,female,1\nsex,male,half\n", "line 3: the share 'half' is not a"),
        ("column,group,share\nsex,female\n", "line 2: the share None is not a number"),
        (
            "column,group,share\nsex,female,51\n",
            "line 2: the share 51 does not lie between 0 and 1",
        ),
        ("column,group,share\n,female,1\n", "line 2: no column is named"),
        ('column,group,share\nsex,"female,1\n', "the share None is not a number"),
    ],
)
def test_broken_files_are_explained(tmp_path, text, reason):
    (tmp_path / "ref.csv").write_text(text)
    with pytest.raises(InputError, match=reason) as caught:
        read_reference(tmp_path / "ref.csv")
    assert "ref.csv" in str(caught.value)


def test_files_that_are_no_text(tmp_path):
    (tmp_path / "ref.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="is not UTF-8"):
        read_reference(tmp_path / "ref.csv")
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(SourceError, match="cannot be read"):
            read_reference(path)


@pytest.mark.parametrize("given", [3, [1, 2], object(), FRAME[["column", "group"]], FRAME["share"]])
def test_things_that_are_no_reference(given):
    with pytest.raises(UsageError, match="the reference lacks the column"):
        read_reference(given)


def test_a_flat_mapping_is_explained():
    with pytest.raises(UsageError, match="Give a mapping of groups to shares for each column"):
        read_reference(HALVES)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), float("inf"), "x", None])
def test_shares_lie_between_0_and_1(share):
    with pytest.raises(InputError, match="reference, sex female: the share"):
        read_reference({"sex": {"female": share}})


# -- held against the data -------------------------------------------------------------------------


def test_shares_of_groups_and_crossings():
    crossed = {"White×female": 0.2, "White × male": 0.3, "Black×male": 0.5}
    reference = built({"sex": HALVES, "race×sex": crossed})
    assert reference.share((("sex", "female"),)) == 0.5
    assert reference.share((("race", "White"), ("sex", "female"))) == 0.2
    assert reference.share((("race", "Asian"), ("sex", "female"))) == 0.0  # its features are known
    assert reference.share((("race", "Asian"),)) is None
    assert reference.share(()) is None
    tuples = {("race", "sex"): {("White", "female"): 0.2, ("White", "male"): 0.8}}
    turned = {"sex×race": {"female×White": 0.2, "male×White": 0.8}}
    assert built(tuples).shares == built(turned).shares


def test_columns_that_are_not_sensitive_are_yardsticks():
    reference = built({"sex": HALVES, "region": {"North": 0.3, "South": 0.7}})
    np.testing.assert_array_equal(reference.attribute(REGION), [0, 0.3, 0.7])
    np.testing.assert_array_equal(reference.attribute(SEX), [0, 0.5, 0.5])
    assert reference.attribute(RACE) is None


def test_bands_are_named_like_groups():
    reference = built({"age": {"under 30": 0.4, "30 and over": 0.6}}, (AGE,))
    assert reference.share((("age", "under 30"),)) == 0.4
    assert reference.attribute(CODINGS["age"]) is None


def test_absent_groups_are_kept():
    reference = built({"sex": {"female": 0.5, "male": 0.4, "nonbinary": 0.1}})
    assert reference.share((("sex", "nonbinary"),)) == 0.1


@pytest.mark.parametrize("slip", ["femal", "Female", "FEMALE", "femalé", "male s"])
def test_slips_are_refused(slip):
    others = {"male": 0.5} if slip != "male s" else {"female": 0.5}
    with pytest.raises(InputError, match=r"sex has no group .* Did you mean '(fe)?male'\?"):
        built({"sex": {slip: 0.5} | others})


def test_a_name_is_no_slip_for_a_group_that_the_reference_names_too():
    """Hispanic people may well be the ones who are absent."""
    shares = {"Hispanic": 0.2, "Non-Hispanic": 0.8}
    assert built({"race": shares}).share((("race", "Hispanic"),)) == 0.2
    only_women = coding("sex", "female", "other")
    assert build_reference({"sex": HALVES}, (only_women,), {}).share((("sex", "male"),)) == 0.5


def test_missing_is_a_group_too():
    shares = {"female": 0.5, "male": 0.4, "": 0.1}
    assert built({"sex": shares}).share((("sex", "missing"),)) == 0.1


def test_truth_has_many_spellings():
    paid = coding("paid", "false", "true", kind="boolean")
    reference = build_reference({"paid": {True: 0.5, "FALSE": 0.5}}, (paid,), {"paid": paid})
    assert reference.share((("paid", "true"),)) == reference.share((("paid", "false"),)) == 0.5


@pytest.mark.parametrize("column", ["sex", "region", "race×sex", "planet"])
def test_shares_sum_to_one(column):
    group = "White×male" if "×" in column else "South"
    given = {"race": {"White": 1.0}, column: {group: 0.9}}
    with pytest.raises(InputError, match=r"sum to 0\.9, not to 1"):
        built(given)
    rounded = {"sex": {"female": 0.333, "male": 0.333, "x": 0.333}}
    assert built(rounded).shares


def test_groups_stand_once():
    frame = pd.DataFrame({"column": "sex", "group": ["male", "male "], "share": 0.5})
    with pytest.raises(InputError, match="'male' stands twice"):
        built(frame)
    frame = pd.DataFrame({"column": ["sex", "sex", "region", "region"],
                          "group": ["male", "female", "South", "South"], "share": 0.5})  # fmt: skip
    with pytest.raises(InputError, match="'South' stands twice"):
        built(frame)


def test_crossings_name_a_value_for_each_column():
    with pytest.raises(InputError, match="does not name one value for each of 'race×sex'"):
        built({"race×sex": {"White": 1.0}})


def test_columns_that_are_not_there():
    reference = built({"sex": HALVES, "planet": {"Earth": 1.0}, "race×planet": {"White×Earth": 1}})
    assert reference.notes == (
        "reference: not used, as it is no compared column: planet, race×planet.",
    )
    assert built({"sex": HALVES}).notes == ()
    with pytest.raises(
        UsageError, match=r"no sensitive feature is called 'sexe'\. Did you mean 'sex'"
    ):
        built({"race": {"White": 1.0}, "sexe": HALVES})
    with pytest.raises(UsageError, match=r"names none of the sensitive features \(race, sex\)"):
        built({"region": {"North": 1.0}})
