"""Small documents of JSON or TOML: metadata of columns, saved audits, options, rules."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from audits.errors import SourceError, UsageError


def read_json_file(path: str | Path) -> Any:
    """Read a small JSON document, or say on which line it breaks."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SourceError(str(path), f"cannot be read ({error.strerror}).", "Check it.") from None
    except json.JSONDecodeError as error:
        raise SourceError(
            str(path), f"is not JSON ({error.msg}).", "Check the file.", line=error.lineno
        ) from None
    except RecursionError:
        raise SourceError(str(path), "is nested too deeply.", "Check the file.") from None
    except UnicodeDecodeError:
        raise SourceError(str(path), "is not UTF-8 text.", "Save it as UTF-8.") from None


def read_toml_file(path: str | Path) -> tuple[str, dict[str, Any]]:
    """Return the text and the content of a TOML file, or say where it breaks."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SourceError(str(path), f"cannot be read ({error.strerror}).", "Check it.") from None
    except UnicodeDecodeError:
        raise SourceError(str(path), "is not UTF-8 text.", "Save it as UTF-8.") from None
    try:
        return text, tomllib.loads(text)
    except RecursionError:
        raise SourceError(str(path), "is nested too deeply.", "Check the file.") from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+), column (\d+)", str(error))
        line = int(found.group(1)) if found else len(text.splitlines())
        reason = re.sub(r" \(at .*\)$", "", str(error))
        at = f", at column {found.group(2)}" if found else ", at its end"
        raise UsageError(
            f"{path}, line {line}: is not TOML ({reason}{at}). Mend the line."
        ) from None
