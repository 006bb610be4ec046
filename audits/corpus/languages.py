"""Languages that spaCy can tell the words of, and what to type where it cannot."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from audits.errors import UsageError

_NEED_MORE = {"ja": "sudachipy sudachidict_core", "ko": "natto-py", "th": "pythainlp", "vi": "pyvi"}
_NAME = re.compile(r"^class (\w+)\(Language\)", re.MULTILINE)


def blank(language: str) -> Any:
    """Return spaCy's blank pipeline for a language.

    Raises
    ------
    UsageError
        If spaCy knows no such language, or needs a package for it that is not installed.

    Examples
    --------
    >>> [token.text for token in blank("en")("They're here.")]
    ['They', "'re", 'here', '.']
    """
    import spacy

    if not any(file.parent.name == language for file in _files()):
        raise UsageError(_unknown(language, known_languages()))
    try:
        return spacy.blank(language)
    except ImportError as error:
        if language in _NEED_MORE:
            raise UsageError(
                f"spaCy needs more packages to tell the words of {language!r}. Run: pip install "
                f"{_NEED_MORE[language]}"
            ) from None
        raise UsageError(
            f"spaCy cannot open the language {language!r} ({str(error).splitlines()[0]})."
        ) from None


def known_languages() -> dict[str, str]:
    """Return the codes of the languages that spaCy has rules for, and their names.

    >>> known_languages()["nb"], known_languages()["xx"]
    ('Norwegian', 'MultiLanguage')
    """
    found = {}
    for file in _files():
        if name := _NAME.search(file.read_text(encoding="utf-8")):
            found[file.parent.name] = name[1]
    return found


def _files() -> list[Path]:
    import spacy.lang

    return sorted(Path(spacy.lang.__path__[0]).glob("*/__init__.py"))


def _unknown(language: str, known: dict[str, str]) -> str:
    """Say which code is meant by a name, a code of a country's language, or a slip."""
    codes = {name.lower(): code for code, name in known.items()} | {code: code for code in known}
    given = str(language).lower()
    base = re.split("[-_]", given)[0]
    near = [base] if base in codes else get_close_matches(given, codes, n=1)
    if near:
        code = codes[near[0]]
        advice = f"Did you mean {code!r} ({known[code]})?"
    else:
        advice = f"There are: {', '.join(sorted(known))}; 'xx' reads any by common rules."
    return f"there is no language {language!r}. {advice}"
