"""Agreements about the code that the import contracts in pyproject.toml cannot say."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from audits.registry import BUILT_IN, OF_CHAINS, OF_QUOTAS, OF_TEXT_CHAINS, OF_TEXTS

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "audits").rglob("*.py"))
QUESTIONS = sorted((ROOT / "audits" / "questions").glob("*.py"))
HEAVY = (
    "duckdb", "numpy", "pandas", "plotly", "pyarrow", "rensa", "rich", "scipy", "sklearn", "spacy",
    "typer",
)  # fmt: skip


def name_of(path):
    return str(path.relative_to(ROOT))


def imported(tree):
    """Full names of what a module imports, at the top or inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def question_of(module):
    every = (*BUILT_IN, *OF_QUOTAS, *OF_CHAINS, *OF_TEXTS, *OF_TEXT_CHAINS)
    return next((q for q in every if module == q or module.startswith(f"{q}_")), None)


@pytest.mark.parametrize("path", QUESTIONS, ids=name_of)
def test_parts_of_a_question_lean_on_no_other(path):
    """`drift_rows` and `drift_verdicts` are parts of drift; `words` belongs to all of them."""
    mine = question_of(path.stem)
    for name in imported(ast.parse(path.read_text(encoding="utf-8"))):
        package, _, module = name.rpartition(".")
        if package == "audits.questions" and mine is not None:
            assert question_of(module) in (None, mine), name


def test_importing_audits_loads_nothing_heavy():
    code = f"import audits, sys; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


# Ceilings with room to argue: what is longer says here why.
LONG_MODULES = {"audits/tuning/core.py": "one declaration after the other"}
LONG_FUNCTIONS = {
    ("audits/run.py", "compare"): "the conductor, one step after the other",
    ("audits/questions/diversity.py", "_attribute_rows"): "names every field of a row",
    ("audits/questions/provenance.py", "_row"): "names every field of a row",
    ("audits/questions/generations.py", "row"): "names every field of a row",
}


def test_modules_fit_in_a_head():
    long = {p for p in MODULES if len(p.read_text(encoding="utf-8").splitlines()) > 400}
    assert {name_of(path) for path in long} <= set(LONG_MODULES)


def bodies(path):
    """Every function with the number of lines of its body, docstring left out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            first = node.body[1:2] if ast.get_docstring(node) else node.body[:1]
            yield node.name, node.end_lineno - first[0].lineno + 1 if first else 0


def test_functions_fit_on_a_screen():
    long = {(name_of(path), name) for path in MODULES for name, lines in bodies(path) if lines > 40}
    assert long <= set(LONG_FUNCTIONS)
