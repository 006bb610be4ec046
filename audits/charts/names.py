"""Names as Plotly may show them: it would read markup, entities and mathematics in them."""

from __future__ import annotations

import html
import json

from audits.pictures.widths import cut
from audits.results import Group, as_group, group_name
from audits.visible import visible

_LONGEST = 44
_SIZE, _WIDE = 13.0, 0.58  # of letters, and the width of most of them in sizes


def shown(text: str) -> str:
    """Return a text that Plotly writes as it is.

    Quotation marks stay: Plotly knows few entities, and theirs it would print.

    >>> shown('<b>"A & B"</b> $x$')
    '&lt;b&gt;"A &amp; B"&lt;/b&gt; &#36;x&#36;'
    """
    return html.escape(visible(text), quote=False).replace("$", "&#36;")


def plain(group: Group) -> str:
    """Return a group's name for an alternative text."""
    return visible(group_name(group))


def label(group: Group, longest: int = _LONGEST) -> str:
    """Return a group's name for an axis, cut where it is long."""
    return short(group_name(group), longest)


def short(text: str, longest: int = _LONGEST) -> str:
    """Return a text that Plotly writes as it is, cut where it is long.

    >>> short("a long name of a group", 16)
    'a long name of…'
    """
    text = visible(text)
    text = text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
    return shown(cut(text, _SIZE, longest * _SIZE * _WIDE, bold=True))


def mark(group: Group, attribute: str = "") -> list[str]:
    """Return what a mark carries, so that a click on it can be answered.

    >>> mark((("race", "Black"),), "age")
    ['[["race", "Black"]]', 'age']
    """
    return [json.dumps([list(pair) for pair in group], ensure_ascii=False), attribute]


def marked(carried: object) -> tuple[Group, str] | None:
    """Return the group and attribute of a mark; nothing if it carries none.

    >>> marked(mark((("race", "Black"),), "age"))
    ((('race', 'Black'),), 'age')
    """
    if not isinstance(carried, list | tuple) or len(carried) != 2:
        return None
    group, attribute = carried
    try:
        return as_group(tuple((name, value) for name, value in json.loads(group))), str(attribute)
    except (TypeError, ValueError):
        return None
