"""If the documentation can be wrong, a test reads it."""

import dataclasses
import doctest
import importlib
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

import audits
from audits import cli
from audits.settings import settings_declared

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
METHODS = ROOT / "docs" / "methods.md"
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
PAGES = [README, METHODS, ROOT / "CHANGELOG.md", *DECISIONS]
_BEGIN, _END = "<!-- settings -->\n", "<!-- end of settings -->"
LOOK = {"COLUMNS": "100", "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}


def settings_table() -> str:
    """Every setting as a line of Markdown, from its declaration."""
    lines = ["| Setting | Default | Range | Meaning | Source |", "|---|---|---|---|---|"]
    for setting in settings_declared():
        default = setting.default if isinstance(setting.default, str) else f"{setting.default:.10g}"
        cells = (f"`{setting.name}`", default, setting.range, setting.meaning, setting.source)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def write_settings_table() -> None:
    before, rest = METHODS.read_text(encoding="utf-8").split(_BEGIN)
    after = rest.split(_END)[1]
    METHODS.write_text(before + _BEGIN + settings_table() + _END + after, encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.S | re.M)


# -- what runs -------------------------------------------------------------------------------------


def test_python_examples_of_the_readme_run(monkeypatch):
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(
        str(README), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8"
    )
    assert found.attempted >= 5
    assert found.failed == 0


def commands() -> list[list[tuple[str, str]]]:
    """Commands of each block of the README with what they print; `...` stands for anything."""
    found = []
    for block in blocks(README, "console"):
        parts = re.split(r"^\$ ", block, flags=re.M)[1:]
        split = [part.partition("\n") for part in parts]
        found.append([(command, printed.rstrip()) for command, _, printed in split])
    return found


@pytest.mark.parametrize("block", commands(), ids=lambda block: block[0][0][:30])
def test_commands_of_the_readme_print_what_it_says(block, tmp_path, monkeypatch):
    """Those of one block run one after the other, in one folder beside the sample data.

    In this process, which has loaded everything; `test_cli.py` starts processes of their own.
    """
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    monkeypatch.chdir(tmp_path)
    checker = doctest.OutputChecker()
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    for command, printed in block:
        program, *words = shlex.split(command)
        assert program == "audits"
        done = CliRunner().invoke(cli.app, words, env=LOOK)
        assert done.exit_code == 0, done.stderr
        assert printed, "say what it prints"
        assert checker.check_output(printed + "\n", done.stdout, flags), done.stdout


def test_every_command_and_option_has_help():
    from typer.main import get_command

    command = get_command(importlib.import_module("audits.cli").app)
    assert command.commands
    for name, sub in command.commands.items():
        assert sub.help, name
        for parameter in sub.params:
            if parameter.name != "help":
                assert getattr(parameter, "help", None), f"{name} {parameter.name}"


# -- what is complete ------------------------------------------------------------------------------


@pytest.mark.parametrize("question", audits.all_questions(), ids=lambda question: question.id)
def test_every_question_stands_in_the_readme_and_has_its_methods(question):
    assert f"| `{question.id}` | {question.asks} |" in README.read_text(encoding="utf-8")
    assert f"\n## {question.title}\n" in METHODS.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", audits.__all__)
def test_every_public_name_is_documented_and_exists(name):
    pattern = rf"`audits\.{name}`"
    assert re.search(pattern, README.read_text(encoding="utf-8"))
    assert re.search(pattern, METHODS.read_text(encoding="utf-8"))
    assert getattr(audits, name).__doc__


def test_the_readme_names_nothing_that_is_not_public():
    named = set(re.findall(r"`audits\.([A-Za-z_]+)`", README.read_text(encoding="utf-8")))
    assert named <= set(audits.__all__)


def test_the_table_of_settings_is_the_one_in_the_code():
    written = METHODS.read_text(encoding="utf-8").split(_BEGIN)[1].split(_END)[0]
    assert written == settings_table(), "run: python tests/test_documentation.py"


def test_every_setting_of_a_question_exists():
    known = {setting.name for setting in settings_declared()}
    for question in audits.all_questions():
        assert set(question.settings) <= known, question.id


def test_settings_in_code_font_exist():
    """A name with an underscore in code font is a setting, a field, an argument or a module."""
    known = {setting.name for setting in settings_declared()}
    stems = {name.rsplit("_", 1)[0] for name in known} - known
    text = "\n".join(page.read_text(encoding="utf-8") for page in [README, METHODS, *DECISIONS])
    known |= _row_fields() | _functions()
    for name in set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text)):
        if any(name.startswith(f"{stem}_") for stem in stems if "_" not in stem):
            assert name in known, name


def _row_fields() -> set[str]:
    tables = [row for question in audits.all_questions() for row in question.tables.values()]
    return {field.name for row in tables for field in dataclasses.fields(row)}


def _functions() -> set[str]:
    text = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "audits").rglob("*.py"))
    return set(re.findall(r"^def ([a-z_]+)\(", text, re.M))


# -- what is linked --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_anchors_exist():
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).strip().replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", METHODS.read_text(encoding="utf-8"), re.M)
    }
    wanted = re.findall(r"methods\.md#([a-z0-9-]+)", README.read_text(encoding="utf-8"))
    assert wanted
    assert set(wanted) <= anchors


def test_code_named_in_the_methods_exists():
    """`formulas.shares.wilson`, `formulas.nulls` and the like."""
    text = METHODS.read_text(encoding="utf-8")
    for path in set(re.findall(r"`(?:audits\.)?((?:formulas|questions)\.[a-z_.]+)`", text)):
        package, module, *function = path.split(".")
        found = importlib.import_module(f"audits.{package}.{module}")
        assert not function or callable(getattr(found, function[0])), path


def test_decisions_are_numbered_without_gaps_and_have_their_parts():
    assert [page.name[:4] for page in DECISIONS] == [
        f"{number:04}" for number in range(1, len(DECISIONS) + 1)
    ]
    for page in DECISIONS:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]} ")
        assert re.search(r"^20\d\d-\d\d-\d\d\. (Accepted|Superseded by \d{4})\.$", text, re.M)
        for part in ("Why.", "What.", "So.", "Instead of.", "Revisit when"):
            assert f"**{part}**" in text, (page.name, part)


def test_decisions_that_code_cites_exist():
    numbers = {page.name[:4] for page in DECISIONS}
    for source in (ROOT / "audits").rglob("*.py"):
        cited = set(re.findall(r"decision (\d{4})", source.read_text(encoding="utf-8")))
        assert cited <= numbers, source


def test_the_changelog_has_a_place_for_the_next_change():
    assert "\n## " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


if __name__ == "__main__":
    write_settings_table()
