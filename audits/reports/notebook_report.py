"""Audits, answers, findings and cards in a notebook: text, HTML without script, Markdown."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence

from audits.cards import Card, Need
from audits.estimates import number
from audits.pictures.card import strip
from audits.pictures.dots import dots
from audits.pictures.grids import grid
from audits.pictures.heat import verdicts
from audits.pictures.lorenz import lorenz
from audits.pictures.model import Picture
from audits.pictures.profiles import profile
from audits.pictures.rankings import has_picture
from audits.pictures.svg import svg
from audits.reports.frames import flat
from audits.reports.of_questions import presented
from audits.results import Answer, Audit, Finding, Verdict
from audits.visible import visible

_COLOURS = {
    Verdict.PROBLEM: "#761D0C",
    Verdict.WATCH: "#8E6801",
    Verdict.NOT_ENOUGH_EVIDENCE: "#595959",
    Verdict.OK: "#0A71A0",
}
_SHAPES = {  # drawn in a box of 10 × 10, so that colour is never alone
    Verdict.PROBLEM: '<polygon points="0,1 10,1 5,10"/>',
    Verdict.WATCH: '<polygon points="5,0 10,5 5,10 0,5"/>',
    Verdict.NOT_ENOUGH_EVIDENCE: '<circle cx="5" cy="5" r="4" fill="none" stroke-width="2"/>',
    Verdict.OK: '<circle cx="5" cy="5" r="5"/>',
}
_OPEN = 20  # findings in sight before the rest is folded away
_MOST = 500  # lines of a table; a notebook is no place for more
_STRIP = 480.0
_GROUPS = 20  # groups in a picture
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~$&])")
# a notebook sets what stands between dollar signs as mathematics, in HTML too, unless told not to
_BOX = '<div class="mathjax_ignore tex2jax_ignore" style="max-width:60em">'
_CELL = 'style="text-align:left;vertical-align:top;padding:2px 8px"'


def audit_bundle(audit: Audit) -> dict[str, str]:
    """Return an audit as plain text, HTML and Markdown."""
    bad = [f for f in audit.findings if f.verdict is not Verdict.OK]
    fine = [f for f in audit.findings if f.verdict is Verdict.OK]
    parts = [
        f"<p><strong>Audit: {audit.verdict.value}</strong>; {escaped(_inputs(audit))}</p>",
        _strip(audit),
        _drawn(verdicts(audit, most=_GROUPS)),
        _findings_table(bad[:_OPEN]),
        _folded(f"{len(bad) - _OPEN} more to look at", bad[_OPEN:]),
        _folded(f"{len(fine)} ok", fine),
        _notes(audit),
    ]
    listed = [f"- {_markdown_of(finding)}" for finding in bad[:_OPEN]]
    more = len(audit.findings) - len(listed)
    head = f"**Audit: {audit.verdict.value}**; {markdown(_counts(audit))}"
    tail = [f"- and {more} more findings"] if more else []
    return {
        "text/plain": visible(repr(audit)),
        "text/html": f"{_BOX}{''.join(parts)}</div>",
        "text/markdown": "\n".join([head, "", *listed, *tail]),
    }


def answer_bundle(answer: Answer) -> dict[str, str]:
    """Return an answer: its picture, and its measurements as folded tables."""
    said = f"{answer.title}: {answer.asks} ({len(answer)} groups)"
    tables = [
        f"<details><summary>{escaped(name)} ({len(rows):,})</summary>"
        f"{_rows_table([flat(row) for row in rows[:_MOST]], len(rows))}</details>"
        for name, rows in answer.tables.items()
    ]
    return {
        "text/plain": f"<Answer {visible(answer.question)}: {len(answer)} groups>",
        "text/html": f"{_BOX}<p><strong>{escaped(said)}</strong></p>{_ranked(answer)}"
        f"{_further(answer)}{''.join(tables)}</div>",
        "text/markdown": f"**{markdown(answer.title)}**: {markdown(answer.asks)} "
        f"({len(answer)} groups)",
    }


def _further(answer: Answer) -> str:
    """What is drawn of a question beside its ranked groups."""
    found = presented(answer.question)
    drawn = found.pictures(answer, _STRIP) if found else ()
    return "".join(_drawn(picture) for picture, _ in drawn)


def finding_bundle(finding: Finding) -> dict[str, str]:
    """Return a finding: its sentence, and the numbers behind it folded away."""
    numbers = _rows_table(
        [{"evidence": name, "value": value} for name, value in finding.evidence.items()],
        len(finding.evidence),
    )
    flips = "" if finding.sensitivity == "stable" else f"<p>Not stable; {_flips(finding)}</p>"
    return {
        "text/plain": visible(f"<Finding: {finding.verdict.value}; {finding.because}>"),
        "text/html": f"{_BOX}<p>{_badge(finding.verdict)} {escaped(finding.question)}: "
        f"{escaped(finding.because)}</p>{flips}<details><summary>numbers</summary>{numbers}"
        "</details></div>",
        "text/markdown": _markdown_of(finding),
    }


def card_bundle(card: Card) -> dict[str, str]:
    """Return a group's card: whom it rests on, what they share, what nobody saw, whom to ask."""
    lists = {
        "what they share": [common.says for common in card.common],
        "what was probably never seen": list(card.unseen),
        "what could not have been noticed": list(card.unnoticed),
        "whom to ask": [_wanted(need) for need in card.collect],
        "what else was found": list(card.also),
    }
    pictures = [_drawn(strip(card))]
    if sum(card.people):
        pictures.append(_fold("how unevenly they are used", _drawn(lorenz(card))))
    if card.profiles:
        columns = grid([profile(row) for row in card.profiles])
        pictures.append(_fold("real and synthetic, column by column", _drawn(columns)))
    html = [
        f"<p>{_badge(card.verdict)} <strong>{escaped(card.headline)}</strong></p>",
        *pictures,
        *[_titled(title, said) for title, said in lists.items() if said],
        _folded(f"{len(card.findings)} findings", card.findings),
    ]
    said = [f"- {title}: {markdown(one)}" for title, list_ in lists.items() for one in list_]
    head = f"**{card.verdict.value}** {markdown(card.headline)}"
    return {
        "text/plain": visible(f"<Card: {card.verdict.value}; {card.headline}>"),
        "text/html": f"{_BOX}{''.join(html)}</div>",
        "text/markdown": "\n".join([head, "", *said]),
    }


# -- escaping --------------------------------------------------------------------------------------


def escaped(text: str) -> str:
    """Return a text for HTML that no browser takes for markup, and no notebook for mathematics.

    >>> escaped("<b>$5</b>")
    '&lt;b&gt;<span>$</span>5&lt;/b&gt;'
    """
    return html.escape(visible(text)).replace("$", "<span>$</span>")


def markdown(text: str) -> str:
    r"""Return a text for Markdown, every mark in it escaped.

    >>> markdown("a*b [x](y)")
    'a\\*b \\[x\\]\\(y\\)'
    """
    return _MARKDOWN.sub(r"\\\1", visible(text))


# -- parts -----------------------------------------------------------------------------------------


def _inputs(audit: Audit) -> str:
    return ", ".join(
        f"{record.role} {record.name}"
        + ("" if record.role in ("rules", "quotas") else f" ({record.rows:,} rows)")
        for record in audit.inputs
    )


def _counts(audit: Audit) -> str:
    return ", ".join(f"{n} {verdict}" for verdict, n in audit.counts.items() if n) or "no findings"


def _notes(audit: Audit) -> str:
    if not audit.notes:
        return ""
    lines = "".join(f"<li>{escaped(note)}</li>" for note in audit.notes)
    return _fold("notes", f"<ul>{lines}</ul>")


def _drawn(picture: Picture) -> str:
    """A picture on paper of its own: a notebook does not say what stands behind it."""
    return f'<p style="overflow-x:auto">{svg(picture, paper=True)}</p>'


def _ranked(answer: Answer) -> str:
    return _drawn(dots(answer, most=_GROUPS)) if has_picture(answer) else ""


def _wanted(need: Need) -> str:
    if not need.more:
        return need.says
    return f"{need.more:,} more real people, {need.people:,} in all: {need.says}"


def _titled(title: str, said: Sequence[str]) -> str:
    lines = "".join(f"<li>{escaped(one)}</li>" for one in said)
    return f"<p><strong>{title}</strong></p><ul>{lines}</ul>"


def _fold(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>{body}</details>"


def _mark(verdict: Verdict, x: float = 0.0) -> str:
    colour = _COLOURS[verdict]
    shape = f'<g fill="{colour}" stroke="{colour}" stroke-width="0">{_SHAPES[verdict]}</g>'
    return f'<g transform="translate({x:g},4)">{shape}</g>'


def _strip(audit: Audit) -> str:
    """One bar, as long for each verdict as it has findings; words and shapes beneath."""
    total = sum(audit.counts.values())
    if not total:
        return "<p>nothing was judged</p>"
    bars, at = [], 0.0
    for verdict in Verdict:
        long = _STRIP * audit.counts[verdict.value] / total
        bars.append(
            f'<rect x="{at:.1f}" y="0" width="{long:.1f}" height="10" fill="{_COLOURS[verdict]}"/>'
        )
        at += long
    words = " &nbsp; ".join(
        f"{_badge(verdict)} {audit.counts[verdict.value]}" for verdict in Verdict
    )
    return (
        f'<svg role="img" aria-label="{html.escape(_counts(audit))}" width="{_STRIP:g}" '
        f'height="10" viewBox="0 0 {_STRIP:g} 10">{"".join(bars)}</svg><p>{words}</p>'
    )


def _badge(verdict: Verdict) -> str:
    drawn = f'<svg aria-hidden="true" width="12" height="14">{_mark(verdict, 1)}</svg>'
    return f'<span style="white-space:nowrap">{drawn} {verdict.value}</span>'


def _flips(finding: Finding) -> str:
    return f"{escaped(finding.sensitivity)}."


def _findings_table(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    lines = "".join(
        f"<tr><td {_CELL}>{_badge(f.verdict)}</td><td {_CELL}>{escaped(f.question)}</td>"
        f"<td {_CELL}>{escaped(f.because)}</td></tr>"
        for f in findings
    )
    return f"<table>{_head(('verdict', 'question', 'finding'))}<tbody>{lines}</tbody></table>"


def _folded(title: str, findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    cut = f" (the first {_MOST})" if len(findings) > _MOST else ""
    table = _findings_table(findings[:_MOST])
    return _fold(f"{title}{cut}", table)


def _head(names: Iterable[str]) -> str:
    cells = "".join(f'<th scope="col" {_CELL}>{escaped(name)}</th>' for name in names)
    return f"<thead><tr>{cells}</tr></thead>"


def _rows_table(lines: Sequence[Mapping[str, object]], total: int) -> str:
    if not lines:
        return "<p>no rows</p>"
    names = list(dict.fromkeys(name for line in lines for name in line))
    body = "".join(
        f"<tr>{''.join(f'<td {_CELL}>{_shown(line.get(name))}</td>' for name in names)}</tr>"
        for line in lines
    )
    cut = f"<p>the first {len(lines)} of {total:,} rows</p>" if total > len(lines) else ""
    return f"<table>{_head(names)}<tbody>{body}</tbody></table>{cut}"


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return escaped(number(value))
    if isinstance(value, tuple):
        return escaped(", ".join(str(part) for part in value))
    return escaped(str(value))


def _markdown_of(finding: Finding) -> str:
    said = f"**{finding.verdict.value}** {markdown(finding.question)}: {markdown(finding.because)}"
    if finding.sensitivity == "stable":
        return said
    return f"{said} Not stable; {markdown(finding.sensitivity)}\\."
