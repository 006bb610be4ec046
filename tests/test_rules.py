"""Rules given by the user: the language, files of rules, and what they come to per group."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import audits
from audits import cli
from audits.data import engines
from audits.data.documents import read_toml_file
from audits.data.rules import bind, violations
from audits.data.rules_counted import in_order
from audits.data.rules_file import read_rules
from audits.data.rules_syntax import (
    Condition,
    Dependency,
    Joined,
    Name,
    Not,
    RuleSyntaxError,
    parse,
)
from audits.data.workspace import Workspace
from audits.errors import InputError, RuleError, SourceError, UsageError
from audits.run import pair_of, plan_of, take_rules
from audits.settings import Settings

CHECKED = {0: None, 1: True, 2: False}


def written(folder, *checks, head=""):
    """A file of rules; each check is a text, or the lines of a rule."""
    path = folder / "rules.toml"
    rules = [check if "\n" in check else f"check = '''{check}'''\n" for check in checks]
    path.write_text(head + "".join(f"[[rule]]\n{rule}" for rule in rules), encoding="utf-8")
    return path


def outcomes(folder, frame, check, *, real=None, tolerance=None):
    """What becomes of every row under a rule: True, False, or None where it is not checked."""
    rule = f"check = '''{check}'''\n" + ("" if tolerance is None else f"tolerance = {tolerance}\n")
    path = written(folder, rule)
    given_tables = {"real": frame if real is None else real, "synthetic": frame}
    with Workspace() as work, engines.opened(given_tables, work, markers=frozenset()) as tables:
        rules = bind(read_rules(path), tables, 10_000)
        checks = rules.checks("synthetic", tables)
        found = [row for block in in_order(tables["synthetic"], checks) for row in block[:, 0]]
    return [CHECKED[int(one)] for one in found], rules.notes


# -- the language ----------------------------------------------------------------------------------


def test_and_binds_closer_than_or_and_not_closer_still():
    rule = parse("not a = 1 and b = 2 or c = 3 if d = 4")
    assert isinstance(rule, Condition)
    assert isinstance(rule.must, Joined)
    assert rule.must.word == "or"
    both = rule.must.parts[0]
    assert isinstance(both, Joined)
    assert both.word == "and"
    assert isinstance(both.parts[0], Not)
    assert rule.given is not None


def test_several_columns_determine_another():
    rule = parse('zip, "home country" determine city')
    assert isinstance(rule, Dependency)
    assert [name.word for name in rule.by] == ["zip", "home country"]
    assert rule.what == Name(30, "city")


@pytest.mark.parametrize(
    ("text", "at", "found", "expected"),
    [
        ("age >= if marital = married", 7, "'if'", "a column or a value"),
        ("if a = 1 then b = 2", 0, "'if'", "not or a column or a value"),
        ("age", 3, "the end", "not, in, is, between"),
        ("age >= 15 marital = x", 10, "'marital'", "if, and, or"),
        ("a & b", 2, "'&'", "between"),
        ("", 0, "the end", "a column"),
        ("0 <= age <= 120", 9, "'<='", "the end of the rule"),
        ("a = 11th", 4, "'11th'", "a value"),
        ("zip determines", 14, "the end", "a column"),
        ("x in ()", 6, "')'", "a column or a value"),
        ("x = 'abc", 4, "a quotation mark that is never closed", "a value"),
        ("(a = 1", 6, "the end", ")"),
        ("a between 1 or 2", 12, "'or'", "and"),
        ("a is 3", 5, "'3'", "not or missing"),
        ("zip determines city if a = 1", 20, "'if'", "the end of the rule"),
    ],
)
def test_what_is_no_rule_says_where_and_why(text, at, found, expected):
    with pytest.raises(RuleSyntaxError) as told:
        parse(text)
    assert told.value.at == at
    assert told.value.found == found
    assert expected in told.value.expected


def test_parts_within_parts_have_a_limit():
    parse("(" * 50 + "a = 1" + ")" * 50)
    with pytest.raises(RuleSyntaxError, match="at most 100 levels"):
        parse("-" * 2000 + "a = 1")


@given(st.text(alphabet="ab =<>!'\"()+-*/,.1 andorifnotinismissing\n", max_size=40))
def test_whatever_is_written_parses_or_says_where_it_does_not(text):
    error = None
    try:
        parse(text)
    except RuleSyntaxError as raised:
        error = raised
    assert error is None or (0 <= error.at <= len(text) and error.expected)


# -- files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('[[rule]]\ncheck = "age & 3"\n', 2, 14),
        ("# check = 'x'\n[[rule]]\nname='check = \"a\"'\ncheck='age & 3'\n", 4, 12),
        ('[[rule]]\ncheck = """\nage >= 3 and \\\n   b & 3"""\n', 4, 6),
        ("[[rule]]\ncheck = '''\nage\n & 3'''\n", 4, 2),
        ('rule = [{check = "a = 1"}, {check = "b & 1"}]\n', 1, 40),
        ('[[rule]]\ncheck = "\\"a b\\" = \\u0041 & 1"\n', 2, 27),
        ('[[rule]]\r\ncheck = "age & 3"\r\n', 2, 14),
        ('\ufeff[[rule]]\ncheck = "größe & 3"\n', 2, 16),
    ],
)
def test_the_line_and_column_are_those_of_the_file(tmp_path, text, line, column):
    path = tmp_path / "rules.toml"
    path.write_bytes(text.encode())
    with pytest.raises(RuleError) as told:
        read_rules(path)
    assert (told.value.line, told.value.column) == (line, column)
    assert str(told.value).startswith(f"{path}, line {line}, column {column}: found '&', expected")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no rules"),
        ("rule = 3\n", "holds no rules"),
        ("rule = [3]\n", "must be a table"),
        ("[[ruls]]\ncheck = 'a = 1'\n", "Did you mean 'rule'?"),
        ("[[rule]]\nchek = 'a = 1'\n", "Did you mean 'check'?"),
        ("[[rule]]\nname = 'a'\n", "nothing to check"),
        ("[[rule]]\ncheck = 3\n", "nothing to check"),
        ("[[rule]]\ncheck = 'a = 1'\nname = 3\n", "name must be a text"),
        ("[[rule]]\ncheck = 'a = 1'\ntolerance = -1\n", "tolerance must be a number from 0"),
        ("[[rule]]\ncheck = 'a = 1'\ntolerance = nan\n", "tolerance must be a number from 0"),
        ("[[rule]]\ncheck = 'a determines b'\ntolerance = 1\n", "has no tolerance"),
        ("[[rule]]\ncheck = 'a = 1'\n[[rule]]\ncheck = 'a = 1'\n", "two rules are named"),
        ("[[rule]]\ncheck = = 'a'\n", "line 2: is not TOML"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(tmp_path, text, said):
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said.replace("?", r"\?")):
        read_rules(path)


def test_a_file_that_cannot_be_read_says_so(tmp_path):
    with pytest.raises(SourceError, match="cannot be read"):
        read_rules(tmp_path / "none.toml")
    path = tmp_path / "rules.toml"
    path.write_bytes(b"\xff")
    with pytest.raises(SourceError, match="UTF-8"):
        read_rules(path)
    path.write_text("x = " + "[" * 5000, encoding="utf-8")
    with pytest.raises((SourceError, UsageError)):
        read_toml_file(path)


# -- what rules mean -------------------------------------------------------------------------------

PEOPLE = pd.DataFrame(
    {
        "age": [12, 40, None, 15, 80],
        "marital": ["married", "single", "married", "married", None],
        "home town": ["Ulm", "Bonn", "Ulm", "Bonn", "Ulm"],
        "gross": [10.0, 20.0, 30.0, 40.0, 0.0],
        "tax": [1.0, 2.0, 3.0, 4.5, 0.0],
        "net": [9.0, 18.004, 27.0, 35.0, 0.0],
        "born": pd.to_datetime(["2010-01-01", "1980-05-05", None, "2007-01-01", "1942-01-01"]),
        "seen": pd.to_datetime(["2022-01-01", "2020-05-05", "2020-01-01", "2006-01-01", None]),
        "member": [True, False, True, None, False],
    }
)


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("age >= 15", [False, True, None, True, True]),
        ("age > 15", [False, True, None, False, True]),
        ("age < 15", [True, False, None, False, False]),
        ("age <= 15", [True, False, None, True, False]),
        ("age = 15", [False, False, None, True, False]),
        ("age == 15", [False, False, None, True, False]),
        ("age != 15", [True, True, None, False, True]),
        ("15 <= age", [False, True, None, True, True]),
        ("15 > age", [True, False, None, False, False]),
        ("age between 15 and 40", [False, True, None, True, False]),
        ("age in (12, 80)", [True, False, None, False, True]),
        ("age not in (12, 80)", [False, True, None, True, False]),
        ("age is missing", [False, False, True, False, False]),
        ("age is not missing", [True, True, False, True, True]),
        ("marital is missing", [False, False, False, False, True]),
        ("marital = married", [True, False, True, True, None]),
        ("marital != 'married'", [False, True, False, False, None]),
        ("married = marital", [True, False, True, True, None]),
        ("marital in (married, single)", [True, True, True, True, None]),
        ('"home town" = Ulm', [True, False, True, False, True]),
        ('not ("home town" = Ulm)', [False, True, False, True, False]),
        ("age >= 15 if marital = married", [False, None, None, True, None]),
        (
            "AGE >= 15".replace("AGE", "age") + " AND marital = married",
            [False, False, None, True, None],
        ),
        ("age >= 15 or marital = married", [True, True, True, True, True]),
        ("marital = single and age >= 100", [False, False, False, False, False]),
        ("net = gross - tax", [True, False, True, False, True]),
        ("net / gross <= 0.9", [True, False, True, True, None]),
        ("gross * 2 = gross + gross", [True] * 5),
        ("-age < -13", [False, True, None, True, True]),
        ("(gross - tax) * 2 >= 2 * net", [True, False, True, True, True]),
        ("seen > born", [True, True, None, False, None]),
        ("seen >= 2020-01-02", [True, True, False, False, None]),
        ("seen - born >= 365 * 14", [False, True, None, False, None]),
        ("born + 30 < seen", [True, True, None, False, None]),
        ("born between 1940-01-01 and '1990-01-01'", [False, True, None, False, True]),
        ("member = true", [True, False, True, None, False]),
        ("member = 'False'", [False, True, False, None, True]),
    ],
)
def test_every_operator(tmp_path, check, expected):
    assert outcomes(tmp_path, PEOPLE, check)[0] == expected


def test_numbers_within_the_tolerance_are_equal(tmp_path):
    check = "net = gross - tax"
    assert outcomes(tmp_path, PEOPLE, check, tolerance=0.01)[0] == [True, True, True, False, True]
    strict = outcomes(tmp_path, PEOPLE, "net < gross - tax", tolerance=0.6)[0]
    assert strict == [False] * 5
    decimals = pd.DataFrame({"a": [0.1], "b": [0.2], "c": [0.3]})
    assert outcomes(tmp_path, decimals, "a + b = c")[0] == [True]


def test_values_are_read_as_everywhere(tmp_path):
    frame = pd.DataFrame(
        {"n": ["1", "2.0", " 3 ", "", "NaN"], "t": ["é", "e\u0301", " é", "x", ""]}
    )
    assert outcomes(tmp_path, frame, "n <= 2")[0] == [True, True, False, None, None]
    assert outcomes(tmp_path, frame, "t = é")[0] == [True, True, True, False, None]
    codes = pd.DataFrame({"zip": ["02139", "10001", "02139"]})
    assert outcomes(tmp_path, codes, "zip = '02139'")[0] == [True, False, True]


def test_a_dependency_is_what_most_real_rows_say(tmp_path):
    real = pd.DataFrame(
        {"zip": ["1", "1", "1", "2", "3", "3", "9"], "city": ["a", "a", "b", "c", "d", "e", None]}
    )
    made = pd.DataFrame(
        {
            "zip": ["1", "1", "2", "3", "4", "5", "5", "5", None, "6", "6"],
            "city": ["a", "b", "x", "d", "q", "m", "m", "n", "a", "s", "t"],
        }
    )
    found, _ = outcomes(tmp_path, made, "zip determines city", real=real)
    #       most, few, known, tied, alone, new: most, most, few, missing, new: tied
    assert found == [True, False, False, False, None, True, True, False, None, False, False]
    own, _ = outcomes(tmp_path, real, "zip determines city")
    assert own[:4] == [True, True, False, True]


def test_a_real_row_alone_with_its_value_is_not_checked(tmp_path):
    frame = pd.DataFrame({"zip": ["1", "1", "2"], "city": ["a", "a", "b"], "sex": ["f", "m", "f"]})
    (rule,) = counted(tmp_path, frame, frame, "zip determines city")
    assert rule.real_checked.sum() == 2


# -- what makes no sense ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "column", "said"),
    [
        ("agee >= 15", 1, "has no column 'agee'. Did you mean 'age'?"),
        ("age >= 15 if maritall is missing", 14, "Did you mean 'marital'?"),
        ('"home twon" = Ulm', 1, "Did you mean 'home town'?"),
        ("net = gros", 7, "'gros' is neither a column nor a number, and is compared with numbers"),
        ("net = gros", 7, "Did you mean the column 'gross'?"),
        ("net = gros - tax", 7, "has no column 'gros'"),
        ("marital > 5", 11, "the column 'marital' holds text such as 'married'"),
        ("marital > single", 11, "which has no order"),
        ("marital = 5", 11, "5 is none of its values"),
        ("marital = age", 11, "compared with a number"),
        ("marital + 1 = 2", 1, "cannot be reckoned with"),
        ("age = old", 7, "'old' is neither a column nor a number"),
        ("born = 5", 8, "nor a date such as 2026-01-31"),
        ("born = age", 8, "a date is compared with a number"),
        ("born + seen = 2020-01-01", 1, "calculation with a date makes no sense"),
        ("born * 2 > seen", 1, "calculation with a date makes no sense"),
        ("1 = 2", 5, "'2' is a value"),
        ("marital = missing", None, None),
        ("marital = ''", 11, "means missing"),
        ("zip determines marital", 1, "has no column 'zip'"),
        ("3 in (1, 2)", 1, "is a value"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_its_place(tmp_path, check, column, said):
    with pytest.raises((RuleError, RuleSyntaxError)) as told:
        outcomes(tmp_path, PEOPLE, check)
    if said is not None:
        assert told.value.line == 2
        assert told.value.column == len("check = '''") + column
        assert said in str(told.value)


def test_a_value_that_nobody_has_is_remarked(tmp_path):
    _, notes = outcomes(tmp_path, PEOPLE, "age >= 15 if marital = maried")
    assert len(notes) == 1
    assert "line 2, column 35: no row of any table has marital = 'maried'" in notes[0]
    assert "Did you mean 'married'?" in notes[0]


def test_a_column_that_only_one_table_has_is_refused(tmp_path):
    with pytest.raises(RuleError, match=r"the synthetic table .* has no column 'extra'"):
        outcomes(tmp_path, PEOPLE, "extra > 1", real=PEOPLE.assign(extra=1))


def test_words_among_numbers_are_refused(tmp_path):
    made = PEOPLE.assign(gross=["a", "b", "c", "d", "e"])
    with pytest.raises(InputError, match=r"column 'gross': 'a' is not a number \(5 such values\)"):
        outcomes(tmp_path, made, "gross > 1", real=PEOPLE)


def test_a_column_without_values_checks_nobody(tmp_path):
    frame = PEOPLE.assign(nothing=None)
    assert outcomes(tmp_path, frame, "nothing > 1")[0] == [None] * 5
    assert outcomes(tmp_path, frame, "nothing = a")[0] == [None] * 5
    assert outcomes(tmp_path, frame, "nothing + 1 = age")[0] == [None] * 5
    assert outcomes(tmp_path, frame, "nothing is missing")[0] == [True] * 5


def test_more_values_than_are_listed(tmp_path):
    frame = pd.DataFrame({"n": range(12_000), "t": [f"t{i}" for i in range(12_000)]})
    found, notes = outcomes(tmp_path, frame.astype(str), "n >= 6000")
    assert sum(found) == 6000
    found, notes = outcomes(tmp_path, frame.astype(str), "t = t7")
    assert found[7]
    assert sum(found) == 1
    assert notes == []
    with pytest.raises(RuleError, match="holds text"):
        outcomes(tmp_path, frame.astype(str), "t > 3")


# -- counts ----------------------------------------------------------------------------------------


def counted(folder, real, synthetic, *checks, holdout=None, head=""):
    given_tables = {"real": real, "synthetic": synthetic}
    if holdout is not None:
        given_tables["holdout"] = holdout
    path = written(folder, *checks, head=head)
    with Workspace() as work, engines.opened(given_tables, work, markers=frozenset()) as tables:
        plan = plan_of(
            sensitive=("sex",), features=None, weights=None, bands={}, kinds={}, tables=tables
        )
        pair = pair_of(tables, plan, Settings(), lambda _stage, _share: None)
        take_rules(pair, bind(read_rules(path), tables, 10_000))
        found = violations(pair)
        assert violations(pair) is found  # counted once
        return [Totals(rule, pair) for rule in found]


class Totals:
    """Counts of one rule, per cell in order of sex."""

    def __init__(self, rule, pair):
        self.name, self.check = rule.name, rule.check
        self.real_checked, self.real_broken = rule.real_checked, rule.real_broken
        self.synthetic_checked, self.synthetic_broken = (
            rule.synthetic_checked,
            rule.synthetic_broken,
        )
        self.holdout_checked, self.holdout_broken = rule.holdout_checked, rule.holdout_broken
        self.notes = list(pair.book.notes)


def test_rows_are_counted_per_cell_in_every_table(tmp_path):
    real = pd.DataFrame({"sex": ["f", "f", "m", None], "age": [10, 20, 30, 5], "x": list("abab")})
    held = pd.DataFrame({"sex": ["f", "other"], "age": [1, 1], "x": ["a", "b"]})
    (rule,) = counted(tmp_path, real, real.iloc[:3], "age >= 15", holdout=held)
    # cells: missing, f, m
    assert rule.real_checked.tolist() == [1, 2, 1]
    assert rule.real_broken.tolist() == [1, 1, 0]
    assert rule.synthetic_checked.tolist() == [0, 2, 1]
    assert rule.synthetic_broken.tolist() == [0, 1, 0]
    assert rule.holdout_checked.tolist() == [0, 1, 0]  # "other" is in neither table
    assert rule.holdout_broken.tolist() == [0, 1, 0]


def test_rules_that_check_nobody_or_that_nobody_holds_are_remarked(tmp_path):
    real = pd.DataFrame({"sex": ["f", "m"] * 5, "age": range(10), "x": list("ababababab")})
    rules = counted(tmp_path, real, real, "age >= 15 if x = c", "age > 100")
    said = " ".join(rules[0].notes)
    assert "no real row can be checked" in said
    assert "no synthetic row can be checked" in said
    assert "not one of 10 real rows checked holds it" in said


def test_without_rules_there_is_nothing_to_break():
    class Bare:
        rules = None

    assert violations(Bare()) == ()


# -- planted violations in the sample data ---------------------------------------------------------


def test_planted_violations_are_found(tmp_path, sample):
    made = pd.read_csv(sample / "survey_real.csv")
    made.loc[[5, 50, 500], "weekly_hours"] = 200
    made.loc[[7, 70], ["commute_minutes", "weekly_hours"]] = [45, 0]
    place = tmp_path / "made.csv"
    made.to_csv(place, index=False)
    path = written(
        tmp_path,
        "name = 'a week has 168 hours'\ncheck = 'weekly_hours between 0 and 168'\n",
        "commute_minutes = 0 if weekly_hours = 0",
    )
    audit = audits.compare(
        sample / "survey_real.csv",
        place,
        sensitive_features="race",
        rules=path,
        ask=["plausibility"],
        settings=Settings().having(max_draws=199),
    )
    broken = {row.columns[0]: row for row in audit["plausibility"].tables["rules"]}
    assert broken["a week has 168 hours"].broken == 3
    assert broken["commute_minutes = 0 if weekly_hours = 0"].broken == 2
    assert broken["a week has 168 hours"].real_broken == 0


# -- documentation ---------------------------------------------------------------------------------


def test_the_rules_of_the_documentation_parse(tmp_path):
    text = (Path(__file__).parent.parent / "docs" / "rules.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "rules.toml"
    path.write_text(example, encoding="utf-8")
    rules = read_rules(path)
    assert rules[0].name == "children are not married"
    assert [rule.tolerance for rule in rules] == [0, 0, 0, 0.01, 0]
    for check in re.findall(r"`(\w+ (?:is|between|in|not in|determines) [^`…]+)`", text):
        parse(check)


# -- the command -----------------------------------------------------------------------------------


def test_the_command_takes_rules_from_an_option_or_a_file(tmp_path, sample):
    written(tmp_path, "weekly_hours <= 168", "weekly_hors <= 168")
    config = tmp_path / "audit.toml"
    config.write_text("rules = 'rules.toml'\nask = 'plausibility'\n", encoding="utf-8")
    files = (sample / "survey_real.csv", sample / "synthetic_good.csv")
    asked = ["compare", *map(str, files), "--sensitive-features", "race"]
    for more in (["--config", str(config)], ["--rules", str(tmp_path / "rules.toml")]):
        done = CliRunner().invoke(cli.app, [*asked, *more])
        assert done.exit_code == 2
        assert "rules.toml, line 4, column 12: the real table" in done.stderr
        assert "Did you mean 'weekly_hours'?" in done.stderr
    output = ["--rules", str(tmp_path / "rules.toml"), "--output", str(tmp_path / "rules.toml")]
    done = CliRunner().invoke(cli.app, [*asked, *output])
    assert done.exit_code == 2
    assert "would overwrite an input" in done.stderr


def test_rules_are_on_record_with_what_they_were(tmp_path, sample):
    file = written(tmp_path, "weekly_hours <= 168")
    tables = (sample / "survey_real.csv", sample / "synthetic_good.csv")
    audit = audits.compare(*tables, sensitive_features="race", rules=file, ask=["plausibility"])
    record = audit.inputs[-1]
    assert (record.role, record.name, record.rows) == ("rules", "rules.toml", 1)
    assert record.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
