"""A report as one HTML file: no script, nothing fetched, the same document gives the same bytes."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from audits.pictures.svg import colours, svg
from audits.reports.blocks import Block, Document, Figure, Section, Table
from audits.results import Verdict
from audits.visible import visible

if TYPE_CHECKING:
    from jinja2 import Template

_ANCHOR = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,79}")
_OWN_IDS = ("main", "mark-")  # what the template itself uses


def html_report(document: Document) -> str:
    """Return a report as one HTML page that fetches nothing and runs no script.

    Every text is escaped; the page's own style is the only one its policy allows. It follows a
    dark screen, and prints light.
    """
    from markupsafe import Markup

    style = _style(document)
    sections = _laid_out(document.sections)
    return _template().render(
        document=document,
        sections=sections,
        contents=_contents(sections),
        anchors={section.id: section.anchor for section in reversed(sections)},
        style=Markup(style),
        style_hash=_hash(style),
    )


# -- what the template is given --------------------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """A block, its number if it has one, and its drawing if it is a figure."""

    block: Block
    kind: str
    number: int = 0
    drawn: str = ""


@dataclass(frozen=True)
class _Laid:
    """A section with its heading's level, its number, and an id that is safe and its own."""

    id: str
    anchor: str
    title: str
    number: str
    heading: int
    beside: bool
    classes: str
    parts: tuple[_Part, ...]


@dataclass
class _Entry:
    """A line of the contents, and the lines beneath it."""

    anchor: str
    title: str
    number: str
    parts: list[_Laid] = field(default_factory=list)


def _laid_out(sections: Iterable[Section]) -> list[_Laid]:
    laid: list[_Laid] = []
    numbers, figures, tables = [0, 0], 0, 0
    deepest = 1  # a heading is at most one level deeper than the one before it
    taken: set[str] = set()
    for section in sections:
        level = min(section.level, deepest)
        deepest = level + 1
        numbers = _next(numbers, level)
        parts = []
        for block in section.blocks:
            kind = type(block).__name__
            if isinstance(block, Figure):
                figures += 1
                parts.append(_Part(block, kind, figures, _drawn(block, figures)))
            elif isinstance(block, Table):
                tables += 1
                parts.append(_Part(block, kind, tables))
            else:
                parts.append(_Part(block, kind))
        anchor = _anchor(section.id, taken)
        number = ".".join(str(n) for n in numbers[:level]) if level < 3 else ""
        laid.append(
            _Laid(
                section.id, anchor, section.title, number, level + 1, section.look == "beside",
                _classes(section), tuple(parts),
            )
        )  # fmt: skip
    return laid


def _classes(section: Section) -> str:
    """What a section's look hangs on."""
    return " ".join(
        name
        for name, holds in (("new-page", section.new_page), ("dense", section.look == "dense"))
        if holds
    )


def _next(numbers: list[int], level: int) -> list[int]:
    if level == 1:
        return [numbers[0] + 1, 0]
    return [numbers[0], numbers[1] + 1] if level == 2 else numbers


def _anchor(wanted: str, taken: set[str]) -> str:
    """Return an id that is plain and not taken yet."""
    good = _ANCHOR.fullmatch(wanted) and not wanted.startswith(_OWN_IDS)
    anchor = wanted if good and wanted not in taken else f"section-{len(taken) + 1}"
    while anchor in taken:
        anchor += "-"
    taken.add(anchor)
    return anchor


def _drawn(figure: Figure, number: int) -> str:
    from markupsafe import Markup

    drawn = svg(figure.picture, theme="auto", style=False, name=f"hatch-{number}")
    return Markup(drawn)


def _contents(sections: Iterable[_Laid]) -> list[_Entry]:
    entries: list[_Entry] = []
    for section in sections:
        if section.heading == 2:
            entries.append(_Entry(section.anchor, section.title, section.number))
        elif section.heading == 3 and entries:
            entries[-1].parts.append(section)
    return entries


# -- style -----------------------------------------------------------------------------------------


def _style(document: Document) -> str:
    """The page's one stylesheet: colours, look, and what stands around every printed page."""
    around = (
        f"@page{{@top-left{{content:{_quoted(document.running)};{_SMALL}}}"
        f"@bottom-left{{content:{_quoted(document.identity)};{_SMALL}}}"
        f'@bottom-right{{content:counter(page) " / " counter(pages);{_SMALL}}}}}'
        "@page :first{@top-left{content:none}}"
    )
    return colours(":root") + _file("report.css") + around


_SMALL = "font:8pt 'Source Sans 3','Segoe UI',Arial,sans-serif;color:#52606d"


def _quoted(text: str) -> str:
    r"""Return a text for a stylesheet, every sign but letters and digits of ASCII spelled out.

    >>> _quoted('a"}')
    '"a\\000022\\00007d"'
    """
    signs = (s if s.isascii() and s.isalnum() else f"\\{ord(s):06x}" for s in visible(text))
    return f'"{"".join(signs)}"'


def _hash(style: str) -> str:
    digest = hashlib.sha256(style.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


# -- template --------------------------------------------------------------------------------------


@cache
def _file(name: str) -> str:
    return (files("audits.reports") / "html" / name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_finalize, keep_trailing_newline=True
    )
    environment.filters["word"] = _word
    environment.tests["verdict"] = _is_verdict
    return environment.from_string(_file("report.html"))


def _word(verdict: Verdict) -> str:
    """A verdict as a name of a class."""
    return verdict.value.replace(" ", "-")


def _is_verdict(value: object) -> bool:
    return isinstance(value, Verdict)


def _finalize(value: Any) -> Any:
    """Spell out control characters in every text that is not markup of our own."""
    from markupsafe import Markup

    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value)
    return value
