"""A page for each group with a problem: on whom it rests, and whom to ask."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

from audits.cards import Card
from audits.estimates import number
from audits.questions.drift_rows import ProfileRow
from audits.questions.words import capital, listed
from audits.reports.blocks import (
    Block,
    Bullets,
    Facts,
    Paragraph,
    Section,
    Tile,
    Tiles,
)
from audits.reports.document_crossings import matrix
from audits.reports.document_material import (
    Material,
    anchor,
    brief,
    in_effect,
    many,
    name_of,
    part_of,
    plain,
    ranged,
    shared,
    short,
    whole,
    without_name,
)
from audits.reports.document_pictures import of_course, of_members, of_people
from audits.reports.document_questions import statement
from audits.results import Finding, Group, Verdict, group_name
from audits.visible import visible

PAGES = 12
_FINDINGS = 4
_PLAN = "Collection plan: "
_SENTENCES = 4
_NEEDS = 3
_TITLE = 50  # letters that take as much room as a title
_LETTERS = 700  # of the findings on a group's page
_PROFILES = 3


def paged(material: Material) -> tuple[Group, ...]:
    """The groups that get a page, worst first; a hidden one has nothing to show."""
    return _pageable(material)[:PAGES]


def _pageable(material: Material) -> tuple[Group, ...]:
    hidden = set(material.audit.hidden)
    return tuple(group for group in material.troubled if group not in hidden)


def pages(material: Material) -> tuple[Section, ...]:
    """Every group at a glance, then a page for each group with a problem, under one heading."""
    troubled = _pageable(material)
    if not troubled:
        return matrix(material, level=1)
    said = f"{_who(troubled, material.nouns.whole)}, worst first"
    said += (
        ": how fast its variety goes, beside that of everyone."
        if material.chain
        else ", each beginning a page of its own: on whom it rests, what its real members share, "
        "what nobody can have seen, and whom to ask."
    )
    if material.audit.min_cell:
        said += " What would tell of few people is hidden, and is left out."
    left = troubled[PAGES:]
    blocks: list[Block] = [Paragraph(said)]
    if left:
        blocks.append(
            Paragraph(
                f"The first {PAGES} are shown. {len(left):,} more, such as "
                f"{listed([name_of(group, 40) for group in left[:3]])}, are in the table “Every "
                "group, every question” and, with all their numbers, in the JSON of this audit.",
                "quiet",
            )
        )
    sections = [Section("groups", "Groups with a problem", tuple(blocks)), *matrix(material, 2)]
    for group in paged(material):
        sections += _page(group, material)
    return tuple(sections)


def _who(troubled: tuple[Group, ...], whole_: str) -> str:
    """How many have a problem; everyone is no group."""
    groups = sum(bool(group) for group in troubled)
    if groups == len(troubled):
        return f"{many(groups, 'group')} with a problem"
    if not groups:
        return f"{capital(whole_)} has a problem"
    return f"{many(groups, 'group')} with a problem, and {whole_}"


def _page(group: Group, material: Material) -> list[Section]:
    card = material.card(group)
    findings = material.findings[group]
    own = anchor(group)
    lead: list[Block] = []
    full = visible(group_name(group))
    if group and name_of(group) != full:
        lead.append(Paragraph(f"In full: {full}", "quiet"))
    if card is None:
        lead += _found(findings, material)
    else:
        lead.append(Paragraph(without_name(card.headline, group), "lead"))
        lead.append(Paragraph(_verdicts(card, material), "quiet"))
        if material.chain:
            lead += [_tiles_of_chain(group, material), *of_course(material, group)]
        else:
            lead += [_tiles(card), *of_people(card)]
        lead += [_facts(card)] if _facts(card).pairs else []
        lead += of_members(_worst_profiles(card, findings))
    whole_page = not material.chain
    head = Section(
        own, capital(name_of(group)), tuple(lead), level=2, new_page=whole_page, look="dense",
        one_page=whole_page,
    )  # fmt: skip
    if card is None or material.chain:
        return [head]
    return [head, *_parts(card, findings, material, own)]


def _parts(
    card: Card, findings: tuple[Finding, ...], material: Material, own: str
) -> list[Section]:
    said: list[tuple[str, str, list[Block]]] = [
        (
            "common",
            "What the real members have in common",
            _list((one.says for one in card.common), material),
        ),
        ("unseen", "What was probably never seen", _list(card.unseen, material)),
        ("unnoticed", "What drift could not have been noticed", _list(card.unnoticed, material)),
        ("collect", "What to collect", _collect(card)),
    ]
    sections = [
        Section(f"{own}-{name}", title, tuple(blocks), level=3, look="beside")
        for name, title, blocks in said
        if blocks
    ]
    above = "provenance" if _told_above(card) else ""
    title = "What else was found" if above else "What was found"
    found = tuple(_found(findings, material, without=above))
    if found:
        sections.append(Section(f"{own}-found", title, found, level=3, look="beside"))
    return sections


def _told_above(card: Card) -> bool:
    """Whether the page's first sentence and numbers are what provenance found."""
    return card.basis.known


def _verdicts(card: Card, material: Material) -> str:
    """The verdict of every question, in words."""
    said = [f"{material.title(q).lower()}: {v.value}" for q, v in card.verdicts.items()]
    return f"{capital('; '.join(said))}."


def _collect(card: Card) -> list[Block]:
    """Whom to ask, and how many; first what has to be done before anyone is asked."""
    before = [need for need in card.collect if need.more <= 0]
    asked = [need for need in card.collect if need.more > 0]
    blocks: list[Block] = [Paragraph(_sentence(need.says)) for need in before]
    plan = [said for said in card.also if said.startswith(_PLAN)]
    most = _NEEDS - len(plan)
    if asked or plan:
        said = [f"{n.more:,} more ({n.people:,} in all) {n.says}." for n in asked[:most]]
        blocks.append(Bullets((*plan, *said)))
    if len(asked) > most:
        more = f"{many(len(asked) - most, 'further purpose')} in the JSON of this audit."
        blocks.append(Paragraph(more, "quiet"))
    return blocks


def _list(sentences: Iterable[str], material: Material) -> list[Block]:
    """Sentences as a list, with a word on how many were left out."""
    names = tuple(f"{column.name}:" for column in material.audit.columns)
    said = [one if one.startswith(names) else _sentence(one) for one in sentences]
    said = [one if one.endswith(".") else f"{one}." for one in said]
    blocks: list[Block] = [Bullets(tuple(said[:_SENTENCES]))] if said else []
    if len(said) > _SENTENCES:
        more = f"And {len(said) - _SENTENCES:,} more, to be read off the JSON of this audit."
        blocks.append(Paragraph(more, "quiet"))
    return blocks


def _sentence(text: str) -> str:
    """A clause as a sentence."""
    text = capital(text.strip())
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _tiles(card: Card) -> Tiles:
    tiles = [
        Tile(whole(card.real), "real people"),
        Tile(whole(card.synthetic), "synthetic rows"),
    ]
    if card.basis.known:
        tiles.append(
            Tile(
                in_effect(card.basis.value),
                "people they rest on, in effect",
                card.verdicts.get("provenance"),
            )
        )
    if card.ratio.known:
        tiles.append(
            Tile(f"{number(card.ratio.value)}×", "of its real share", card.verdicts.get("coverage"))
        )
    return Tiles(tuple(tiles))


def _tiles_of_chain(group: Group, material: Material) -> Tiles:
    """People at the start, rows at the end, and how fast variety goes between."""
    row: Any = material.counted.get(group)
    if row is None or not hasattr(row, "half_life"):
        return Tiles(())
    tiles = [
        Tile(whole(row.real), "real people in generation 0"),
        Tile(whole(row.synthetic), "rows in the last generation"),
    ]
    if row.half_life.known and not math.isinf(row.half_life.high):
        verdict = material.verdict(group, "generations")
        said = "generations until half of its variety is gone"
        tiles.append(Tile(in_effect(row.half_life.value), said, verdict))
    if row.excess.known:
        tiles.append(Tile(f"{in_effect(row.excess.value)}×", "the loss of plain resampling"))
    return Tiles(tuple(tiles))


def _facts(card: Card) -> Facts:
    pairs = [
        ("Share of the real rows", shared(card.real_share)),
        ("Share of the synthetic rows", shared(card.synthetic_share)),
        ("Ratio of the two", ranged(card.ratio)),
        ("Synthetic rows per person", plain(card.amplification)),
        ("Rows of the five most used", part_of(card.top5_share)),
        ("Spread, 1 as fresh people", ranged(card.kappa)),
    ]
    return Facts(tuple(pair for pair in pairs if pair[1] != "–"))


def _found(findings: tuple[Finding, ...], material: Material, without: str = "") -> list[Block]:
    """The worst finding of every other question, in its own words; all others are counted."""
    told = [f for f in findings if f.verdict is not Verdict.OK]
    first: dict[str, Finding] = {}
    findings = tuple(f for f in findings if f.question != without)
    told = [f for f in told if f.question != without]
    told.sort(key=lambda finding: (finding.verdict.rank, not finding.evidence))
    for finding in told:
        first.setdefault(finding.question, finding)
    shown = _that_fit(list(first.values())[:_FINDINGS])
    blocks: list[Block] = [
        statement(finding, frozenset(), _about(finding, material), short=True) for finding in shown
    ]
    fine, more = len(findings) - len(told), len(told) - len(shown)
    said = []
    if more > 0:
        said.append(f"{many(more, 'further finding')} in the JSON of this audit")
    if fine:
        said.append(
            f"{many(fine, 'finding')} that {'is' if fine == 1 else 'are'} ok, not written out"
        )
    if said:
        blocks.append(Paragraph(_sentence("; ".join(said)), "quiet"))
    return blocks


def _that_fit(findings: list[Finding]) -> list[Finding]:
    """The first findings whose sentences leave the page one page."""
    letters = accumulate(len(brief(finding)) + _TITLE for finding in findings)
    fit = sum(count <= _LETTERS for count in letters)
    return findings[: max(fit, 1)]


def _about(finding: Finding, material: Material) -> str:
    """A finding's question, and its column where it is about one."""
    title = material.title(finding.question)
    return f"{title}, {short(finding.attribute, 40)}" if finding.attribute else title


def _worst_profiles(card: Card, findings: tuple[Finding, ...]) -> list[ProfileRow]:
    """The profiles of the attributes with the worst findings; each once."""
    by_name = {row.attribute: row for row in card.profiles}
    names = dict.fromkeys(f.attribute for f in findings if f.verdict is not Verdict.OK)
    return [by_name[name] for name in names if name in by_name][:_PROFILES]
