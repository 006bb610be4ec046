"""Small JSON documents: metadata of columns, saved audits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from audits.errors import SourceError


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
