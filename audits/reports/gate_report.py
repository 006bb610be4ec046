"""What a gate says, short: what is new written out, what is known counted."""

from __future__ import annotations

from audits.gates import Gate, Solved, counted
from audits.reports.text_report import Page

_MOST = 20  # lines of a kind; the rest is counted


def gate_text(gate: Gate, *, width: int, colour: bool = False) -> str:
    """Write a gate as text: the verdict first, then what is new, then the rest in a line each."""
    page = Page(width, colour=colour)
    page.add(gate.summary(), "bold")
    for doubt in gate.doubts:
        page.add(f"NOT COMPARABLE: {doubt}")
    for remark in (*gate.remarks, *gate.enforced.remarks()):
        page.add(remark)
    for new in gate.new[:_MOST]:
        page.gap()
        page.finding(new.finding)
        page.add(f"New: {new.why}.", indent=2)
    if len(gate.new) > _MOST:
        page.add(f"and {len(gate.new) - _MOST} more that are new")
    _rest(page, gate)
    return page.text


def _rest(page: Page, gate: Gate) -> None:
    """Write what does not fail the gate, a line each."""
    if gate.known or gate.solved or gate.lost or gate.enforced.accepted:
        page.gap()
    _listed(page, "solved", gate.solved)
    _listed(page, "NOT JUDGED ANY MORE", gate.lost)
    for one in gate.enforced.accepted[:_MOST]:
        page.add(f"accepted {one.finding.verdict.value}: {one.exception.named}. {one.says}")
    if len(gate.enforced.accepted) > _MOST:
        page.add(f"accepted: and {len(gate.enforced.accepted) - _MOST} more")
    if gate.known:
        page.add(f"known: {counted(gate.known)}")


def _listed(page: Page, title: str, listed: tuple[Solved, ...]) -> None:
    for one in listed[:_MOST]:
        page.add(f"{title}: {_named(one)}, {one.why}")
    if len(listed) > _MOST:
        page.add(f"{title}: and {len(listed) - _MOST} more")


def _named(one: Solved) -> str:
    finding = one.finding
    about = f"{finding.question}, {finding.group_name}"
    return f"{about}, {finding.attribute}" if finding.attribute else about
