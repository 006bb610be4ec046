"""Pieces that every page is made of: sentences, verdicts, tables; names in them stay harmless.

Everything with a name in it is written as HTML with every character escaped, never as Markdown.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Literal
from urllib.parse import urlencode

import streamlit as st

import audits
import state
from audits.charts.looks import GLYPHS, Theme, colours
from audits.results import Finding, Group, Verdict, group_name, worst
from audits.visible import visible

MOST_LINES = 60
"""Lines of a table on a page; a download has all."""

_LONG = 40


@dataclass(frozen=True)
class Link:
    """A cell that leads to the card of a group."""

    group: Group
    attribute: str | None = None
    text: str = ""


Cell = str | Verdict | Link


@dataclass(frozen=True)
class Column:
    """A column of a table; numbers stand to the right."""

    name: str
    align: Literal["left", "right"] = "left"


def theme() -> Theme:
    """Return whether the page is light or dark now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def piece(show: Callable[..., None]) -> Callable[..., None]:
    """Return a part of a page that comes again by itself when something in it is chosen.

    The rest of the page stays as it is, which is what makes a choice answer at once.
    """
    return st.fragment(wraps(show)(lambda *given: state.guarded(show, *given)))


# -- the head of a page ----------------------------------------------------------------------------


def begin(question: str, answer: str, verdict: Verdict | None = None, led_by: str = "") -> None:
    """Show a page's question, the one sentence that answers it, and the worst that was found."""
    st.html(f"<style>{_stylesheet(theme())}</style>")
    st.title(state.sentence(question), anchor=False)
    badge = f"{verdict_mark(verdict)} " if verdict else ""
    more = f'<p class="au-p">{safe(led_by)}</p>' if led_by else ""
    st.html(f'<p class="au-lead">{badge}{safe(answer)}</p>{more}')


def heading(text: str, level: Literal[2, 3] = 2) -> None:
    """Show a heading that may hold names."""
    st.html(f'<h{level} class="au-h{level}">{safe(text)}</h{level}>')


def paragraph(text: str, *, quiet: bool = False) -> None:
    """Show plain text that may hold names."""
    st.html(f'<p class="{"au-quiet" if quiet else "au-p"}">{safe(text)}</p>')


def bullets(texts: Sequence[str]) -> None:
    """Show sentences as a list."""
    items = "".join(f"<li>{safe(text)}</li>" for text in texts)
    st.html(f'<ul class="au-list">{items}</ul>')


def safe(text: str) -> str:
    """Return a text that HTML shows as it is; controls are spelled out."""
    return html.escape(visible(text))


def sentence_case(text: str) -> str:
    """Return a statement as a whole sentence, whatever it begins and ends with."""
    whole = text[:1].upper() + text[1:]
    return whole if whole.endswith((".", "!", "?", "…")) else f"{whole}."


# -- verdicts --------------------------------------------------------------------------------------


def verdict_mark(verdict: Verdict) -> str:
    """Return a verdict as HTML: shape, word and colour."""
    role = verdict.value.replace(" ", "-")
    sign = f'<span aria-hidden="true">{GLYPHS[verdict.value]}</span>'
    return f'<span class="au-v au-{role}">{sign} {verdict.value}</span>'


def verdicts(found: Sequence[tuple[str, Verdict]]) -> None:
    """Show what each question says, side by side."""
    items = "".join(
        f'<div class="au-tile"><dt>{safe(question)}</dt><dd>{verdict_mark(verdict)}</dd></div>'
        for question, verdict in found
    )
    st.html(f'<dl class="au-tiles">{items}</dl>')


def tiles(found: Sequence[tuple[str, str]]) -> None:
    """Show numbers set large, each with what it counts."""
    items = "".join(
        f'<div class="au-tile"><dt>{safe(says)}</dt><dd class="au-big">{safe(value)}</dd></div>'
        for value, says in found
    )
    st.html(f'<dl class="au-tiles">{items}</dl>')


def judged(findings: Sequence[Finding]) -> tuple[str, Verdict, str]:
    """Return in one sentence what was found, the worst verdict, and the worst finding."""
    groups: dict[Group, list[Verdict]] = {}
    for one in findings:
        if one.group:
            groups.setdefault(one.group, []).append(one.verdict)
    if not groups:
        return "No group was judged.", Verdict.NOT_ENOUGH_EVIDENCE, ""
    found = [worst(given) for given in groups.values()]
    count = {verdict: sum(one is verdict for one in found) for verdict in Verdict}
    said = f"{_of(count[Verdict.PROBLEM], len(found))} with a problem"
    if count[Verdict.WATCH]:
        said += f", {count[Verdict.WATCH]:,} to watch"
    if count[Verdict.NOT_ENOUGH_EVIDENCE]:
        said += f", {count[Verdict.NOT_ENOUGH_EVIDENCE]:,} without enough evidence"
    lead = next(one for one in findings if one.group)
    bad = lead.verdict in (Verdict.PROBLEM, Verdict.WATCH)
    return f"{said}.", worst(found), lead.because if bad else ""


def _of(count: int, total: int) -> str:
    return f"{count:,} of {total:,} {'group' if total == 1 else 'groups'}"


def findings_list(findings: Sequence[Finding], most: int = 20) -> None:
    """Show findings as sentences with their verdicts, worst first."""
    items = "".join(
        f"<li>{verdict_mark(one.verdict)} {safe(one.because)}{_flips(one)}</li>"
        for one in findings[:most]
    )
    st.html(f'<ul class="au-list au-plain">{items}</ul>')
    if len(findings) > most:
        paragraph(f"{most} of {len(findings):,} findings; the report has all.", quiet=True)


def _flips(one: Finding) -> str:
    return (
        ""
        if one.sensitivity == "stable"
        else f' <span class="au-quiet">({safe(one.sensitivity)})</span>'
    )


# -- tables ----------------------------------------------------------------------------------------


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], *, caption: str, note: str = ""
) -> None:
    """Show a table that a screen reader can walk through; a group's name leads to its card."""
    heads = "".join(f'<th scope="col" class="au-{c.align}">{safe(c.name)}</th>' for c in columns)
    lines = "".join(_line(columns, row) for row in rows[:MOST_LINES])
    if len(rows) > MOST_LINES:
        note = f"{MOST_LINES} of {len(rows):,} lines; the download has all. {note}".strip()
    st.html(
        f'<div class="au-scroll" role="region" tabindex="0" aria-label="{safe(caption)}">'
        f'<table class="au-table"><caption>{safe(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
        + (f'<p class="au-quiet">{safe(note)}</p>' if note else "")
    )


def _line(columns: Sequence[Column], row: Sequence[Cell]) -> str:
    cells = [
        f'<th scope="row" class="au-{column.align}{_width(cell)}">{_cell(cell)}</th>'
        if place == 0
        else f'<td class="au-{column.align}{_width(cell)}">{_cell(cell)}</td>'
        for place, (column, cell) in enumerate(zip(columns, row, strict=True))
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _width(cell: Cell) -> str:
    """A sentence keeps a width to be read at, however many columns stand beside it."""
    return " au-long" if isinstance(cell, str) and len(cell) > _LONG else ""


def _cell(cell: Cell) -> str:
    if isinstance(cell, Verdict):
        return verdict_mark(cell)
    if isinstance(cell, Link):
        text = safe(cell.text or group_name(cell.group))
        return f'<a href="{html.escape(card_address(cell.group, cell.attribute))}">{text}</a>'
    return safe(cell)


def card_address(group: Group, attribute: str | None = None) -> str:
    """Return where the card of a group is, session and audit included."""
    return f"group?{urlencode(state.address_of(group, attribute))}"


def finding_table(audit: audits.Audit, question: str, groups: Sequence[Group]) -> None:
    """Show what a question found about each of some groups: its worst finding, worst first."""
    wanted, seen = set(groups), set()
    lines: list[list[Cell]] = []
    for one in audit.about(question):
        if one.group in wanted and one.group not in seen:
            seen.add(one.group)
            lines.append([Link(one.group), one.verdict, one.because])
    columns = [Column("group"), Column("verdict"), Column("because")]
    table(columns, lines, caption="What was found about each group, the worst first")


def opener(groups: Sequence[Group], *, key: str) -> None:
    """Offer every group by name, for those who do not point at marks."""
    if not groups:
        return
    names = dict(enumerate(groups))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Open a group's card",
            list(names),
            index=None,
            format_func=lambda n: visible(group_name(names[n])),
            placeholder="Choose a group",
            key=f"{key}-open",
        )
    if chosen is not None:
        state.open_group(names[chosen])


# -- colours ---------------------------------------------------------------------------------------


def _stylesheet(now: Theme) -> str:
    colour = colours(now)
    badges = "".join(
        f".au-{role.replace(' ', '-')}{{background:{colour[f'{role} tint']};"
        f"border-color:{colour[role]}}}"
        for role in ("problem", "watch", "ok", "not enough evidence")
    )
    return (
        _STYLE.replace("LINK", colour["ok"])  # before INK, which it holds
        .replace("INK", colour["ink"])
        .replace("QUIET", colour["quiet"])
        .replace("GRID", colour["grid"])
        + badges
    )


_STYLE = """
.au-lead{font-size:1.2rem;line-height:1.5;max-width:62rem;margin:0 0 .25rem;color:INK}
.au-p,.au-list,.au-h2,.au-h3,.au-quiet{overflow-wrap:anywhere}
.au-p,.au-list{font-size:1rem;line-height:1.55;max-width:62rem;margin:0;color:INK}
.au-quiet{font-size:.9rem;line-height:1.5;color:QUIET;margin:.25rem 0 0}
.au-h2{font-size:1.4rem;font-weight:600;margin:1rem 0 .1rem;padding:0;color:INK;line-height:1.3}
.au-h3{font-size:1.1rem;font-weight:600;margin:.5rem 0 .1rem;padding:0;color:INK;line-height:1.35}
.au-list{padding-left:1.2rem}.au-list li{margin:.3rem 0}
ul.au-plain{list-style:none;padding-left:0!important;margin-left:0!important}
.au-plain li{margin-left:0!important}
.au-v{display:inline-block;border:1.5px solid;border-radius:.4rem;padding:0 .45rem;font-size:.9rem;
line-height:1.5;color:INK;white-space:nowrap;font-weight:600}
dl.au-tiles{display:flex;flex-wrap:wrap;gap:.75rem;margin:0!important;padding:0!important}
.au-tile{border:1px solid GRID;border-radius:.5rem;padding:.5rem .8rem;min-width:7rem;flex:0 1 auto}
.au-tile dt{font-size:.9rem;color:QUIET;margin:0;font-weight:400}
.au-tile dd{margin:.15rem 0 0!important;padding:0;color:INK}
.au-big{font-size:1.5rem;font-weight:600;line-height:1.2}
.au-scroll{overflow-x:auto;max-width:100%}
.au-table{border-collapse:collapse;font-size:.93rem;color:INK;min-width:min(100%,32rem)}
.au-table caption{text-align:left;color:QUIET;font-size:.9rem;padding:.2rem 0}
.au-table th,.au-table td{padding:.35rem .7rem .35rem 0;border-bottom:1px solid GRID;
vertical-align:top;color:INK}
.au-table th{font-weight:600;text-align:left}.au-table tbody th{font-weight:500;min-width:7rem}
.au-table .au-right{text-align:right;font-variant-numeric:tabular-nums}
.au-table a,.au-p a{color:LINK;text-decoration:underline}
.stMain [data-selected="true"] p{color:INK}
.au-long{min-width:15rem;overflow-wrap:anywhere}
@media(max-width:40rem){.stMain h1{font-size:1.9rem}}
.au-hash{overflow-wrap:anywhere;font-family:monospace}
.au-person{display:flex;gap:.5rem;align-items:baseline}
"""


def nothing(question: str, text: str) -> None:
    """Show a page that has nothing to show, and why."""
    begin(question, text)


def asked(audit: audits.Audit, question: str) -> bool:
    """Return whether an audit has the answer to a question."""
    return question in audit.answers
