"""Names as Plotly may show them: it would read markup, entities and mathematics in them."""

from __future__ import annotations

import html

from audits.results import Group, group_name
from audits.visible import visible

_LONGEST = 44


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


def label(group: Group) -> str:
    """Return a group's name for an axis, cut where it is long."""
    name = group_name(group)
    return shown(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…")
