"""What the Typst sources are handed: printable texts, resolved links, widths to reckon with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from audits.reports.glyphs import clusters, printable, spelled_out

PAGE_WIDTH, PAGE_HEIGHT = 467.0, 640.0
"""Points a picture may take on a page; the sources set the same margins."""

_CELL, _TITLE, _RUNNING, _TEXT = 600, 140, 70, 20_000
"""Characters after which a cell, a heading, a running head, any other text is cut."""

_UNIT = re.compile(r"(?<=\d) (?=%)|(?<=±) (?=\d)")
"""Where a line must not end: between a number and its sign."""

_WORD = re.compile(r"[^\s‹›]+")
_AFTER = re.compile(r"(?<=[_=/\\.,;:&|@-])(?=[^\s])")
_LONGEST, _PIECE = 40, 6
"""A word of more characters than this may be broken, every so many."""

_SHORT = 32
"""Characters of a cell that is better not wrapped."""

_ENTRIES = 26
"""Lines of the contents that leave room for a short section on their page."""

_MAY_BREAK = "\u200b"


def laid_out(document: dict[str, Any]) -> dict[str, Any]:
    """Return a report, as `_plain` of `pdf_report` writes it, ready to be set."""
    document = _safe(document)
    places = {section["id"]: place for place, section in enumerate(document["sections"])}
    sections = [_section(section, places) for section in document["sections"]]
    if sum(section["outlined"] for section in sections) > _ENTRIES:
        for section in sections:  # chapters, and what has a page of its own
            section["outlined"] &= section["level"] == 1 or section["one_page"]
    if sections and not sections[0]["new_page"]:
        sections[0]["whole"] = _is_brief(sections[0])  # it follows the contents, or goes over whole
    replaced = spelled_out(_texts(document))
    if replaced:
        sections.append(_section(_replaced(replaced), {}))
    _number(sections)
    cover = dict(document["cover"], verdict=document["cover"]["verdict"]["verdict"])
    title = _cut(cover["title"], _TITLE)
    cover["title"] = breakable(title, 24)
    cover |= {name: breakable(cover[name], 30) for name in ("subtitle", "headline", "text")}
    cover["tiles"] = _tiles(cover["tiles"])
    cover["compared"] = _facts(cover["compared"])
    return {
        "title": title,
        "cover": cover,
        "items": list(_items(sections)),
        "running": _cut(document["running"], _RUNNING),
        "identity": _cut(document["identity"], _RUNNING),
        "author": _cut(document["author"], _TITLE),
        "language": _language(document["language"]),
        "keywords": ["audit", "representation", "bias", "synthetic data"],
    }


def laid_out_picture(picture: dict[str, Any]) -> dict[str, Any]:
    """Return a picture at its own size, ready to be drawn."""
    return dict(_safe(picture), scale=1.0)


def _safe(value: Any) -> Any:
    """Return a value in which every text can be printed."""
    if isinstance(value, str):
        return printable(_cut(value, _TEXT))
    if isinstance(value, list):
        return [_safe(part) for part in value]
    if isinstance(value, dict):
        return {key: _safe(part) for key, part in value.items()}
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return f"{text[:limit].rstrip()}… (and {len(text) - limit} characters more)"


def breakable(text: str, longest: int = _LONGEST) -> str:
    """Return a text in which long words may be broken, after signs and anywhere, but no "5 %".

    >>> breakable("short words stay") == "short words stay"
    True
    """
    loose = _WORD.sub(lambda found: _loosened(found.group(), longest), text)
    loose = _UNIT.sub("\u00a0", loose)
    return loose.replace("›‹", f"›{_MAY_BREAK}‹")


def _loosened(word: str, longest: int) -> str:
    if len(word) <= longest:
        return word
    piece = min(_PIECE, longest)
    parts = []
    for part in _AFTER.split(word):
        whole = list(clusters(part))  # a mark never leaves its letter
        parts += ["".join(whole[at : at + piece]) for at in range(0, len(whole), piece)]
    return _MAY_BREAK.join(parts)


def _language(code: str) -> dict[str, str | None]:
    found = re.fullmatch(r"([a-z]{2,3})(?:-([A-Z]{2}))?", code)
    return {"code": found[1], "region": found[2]} if found else {"code": "en", "region": None}


def _section(section: dict[str, Any], places: dict[str, int]) -> dict[str, Any]:
    blocks = [_BLOCKS[block["kind"]](block) for block in section["blocks"]]
    for block in blocks:
        if block["kind"] == "statement":
            block["target"] = _label(places.get(block["target"]))
    for before, block, after in zip([None, *blocks], blocks, [*blocks[1:], None], strict=False):
        block["first"] = before is None or before["kind"] != block["kind"]
        block["last"] = after is None or after["kind"] != block["kind"]
    for block, after in reversed(list(zip(blocks, [*blocks[1:], None], strict=False))):
        block["leads"] = _leads(block, after)
    anchored = _anchored(blocks, section["level"])
    return {
        "anchor": anchored,
        "label": _label(places.get(section["id"], len(places))),
        "title": breakable(_cut(section["title"], _TITLE)),
        "level": section["level"],
        "new_page": section["new_page"],
        "whole": False,
        "look": section["look"],
        "one_page": section["one_page"],
        "outlined": section["level"] <= 2,
        "kind": "section",
        "blocks": blocks,
    }


def _items(sections: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Sections, and those that take a page of their own with all that stands beneath them."""
    at = 0
    while at < len(sections):
        first = sections[at]
        end = at + 1
        while first["one_page"] and end < len(sections) and sections[end]["level"] > first["level"]:
            end += 1
        parts = list(_rows(sections[at:end]))
        yield from [_page(sections[at:end], parts)] if first["one_page"] else parts
        at = end


def _page(sections: list[dict[str, Any]], parts: list[dict[str, Any]]) -> dict[str, Any]:
    """What takes a page of its own, and how much of it is drawn, which stays as high as it is."""
    pictures = (b["picture"] for s in sections for b in s["blocks"] if b["kind"] == "figure")
    drawn = sum(picture["height"] * picture["scale"] for picture in pictures)
    return {"kind": "page", "parts": parts, "drawn": drawn}


def _rows(sections: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Sections as they come, those beside each other cut into two columns as even as can be."""
    for is_beside, found in groupby(sections, key=lambda section: section["look"] == "beside"):
        run = list(found)
        if not is_beside:
            yield from run
            continue
        heights = [_height(section) for section in run]
        cut = min(range(len(run) + 1), key=lambda at: max(sum(heights[:at]), sum(heights[at:])))
        yield {"kind": "row", "columns": [run[:cut], run[cut:]]}


def _height(section: dict[str, Any]) -> float:
    """About how many lines a section takes in half a page's width."""
    lines = 2.5
    for block in section["blocks"]:
        if block["kind"] == "facts":
            lines += sum(1.4 * max(len(name) / 14, len(value) / 26, 1) for name, value in
                         block["pairs"])  # fmt: skip
        elif block["kind"] == "statement":
            lines += 2 + (len(block["text"]) + len(block["remark"])) / 42
        else:
            lines += sum(0.2 + len(text) // 46 + 1 for text in _texts(block.get("items", [])))
            lines += len(block.get("text", "")) / 46
    return lines


def _anchored(blocks: list[dict[str, Any]], level: int) -> bool:
    """Mark where what leads to a table begins, and how high it is; say whether a heading does."""
    heading = False
    for block in blocks:
        block["anchor"] = False
    for place, block in enumerate(blocks):
        if block["kind"] != "table":
            continue
        first = place
        while first > 0 and blocks[first - 1]["leads"]:
            first -= 1
        led = [len(text) for lead in blocks[first:place] for text in (lead["text"],)]
        block["extra"] = sum(8.0 + 12.5 * (length // 100 + 1) for length in led)
        if first == 0:
            heading = True
            block["extra"] += (55.0, 42.0, 30.0)[level - 1]
        blocks[first]["anchor"] = first > 0
    return heading


def _is_brief(section: dict[str, Any]) -> bool:
    """Whether a section is sure to find room on one page."""
    blocks = section["blocks"]
    kinds = {block["kind"] for block in blocks}
    is_plain = kinds <= {"paragraph", "table"} and all(block.get("together", 1) for block in blocks)
    return is_plain and sum(map(len, _texts(blocks))) < 2_500


def _number(sections: list[dict[str, Any]]) -> None:
    """Number tables and figures: in long reports Typst's own counters may not come to rest."""
    for kind in ("table", "figure"):
        blocks = [one for part in sections for one in part["blocks"] if one["kind"] == kind]
        for number, block in enumerate(blocks, start=1):
            block["number"] = number


def _leads(block: dict[str, Any], after: dict[str, Any] | None) -> bool:
    """Whether a block is a short paragraph that belongs on the page of what it introduces."""
    is_short = block["kind"] == "paragraph" and len(block["text"]) < 600
    if not is_short or after is None or after["kind"] == "bullets":
        return False
    return after["kind"] != "paragraph" or bool(after["leads"])


def _label(place: int | None) -> str | None:
    return None if place is None else f"section-{place}"


def _paragraph(block: dict[str, Any]) -> dict[str, Any]:
    return dict(block, text=breakable(block["text"]))


def _bullets(block: dict[str, Any]) -> dict[str, Any]:
    return dict(block, items=[breakable(item) for item in block["items"]])


def _statement(block: dict[str, Any]) -> dict[str, Any]:
    texts = {name: breakable(block[name]) for name in ("title", "text", "remark")}
    return {**block, **texts, "verdict": block["verdict"]["verdict"]}


def _tiles(block: dict[str, Any]) -> dict[str, Any]:
    tiles = []
    for tile in block["tiles"]:
        verdict = tile["verdict"]
        says = breakable(tile["says"], 16)
        tiles.append({**tile, "says": says, "verdict": verdict and verdict["verdict"]})
    return dict(block, tiles=tiles)


def _facts(block: dict[str, Any]) -> dict[str, Any]:
    longest = 64 if block["code"] else _LONGEST  # a SHA-256 stays one word, to be copied
    pairs = [[breakable(name), breakable(value, longest)] for name, value in block["pairs"]]
    return dict(block, pairs=pairs)


def _figure(block: dict[str, Any]) -> dict[str, Any]:
    picture = block["picture"]
    fits = min(PAGE_WIDTH / picture["width"], PAGE_HEIGHT / picture["height"], 1.0)
    return dict(block, picture=dict(picture, scale=fits), caption=breakable(block["caption"]))


def _table(block: dict[str, Any]) -> dict[str, Any]:
    count = len(block["columns"])
    longest = max(6, min(20, 72 // max(count, 1)))
    rows = [[_cell(cell, longest) for cell in row] for row in block["rows"]]
    if block["brief"]:
        rows = [[_brief(cell) for cell in row] for row in rows]
    columns = [
        _column(column, [row[place] for row in rows], longest)
        for place, column in enumerate(block["columns"])
    ]
    size = sum(len(cell) for row in rows for cell in row if isinstance(cell, str))
    return {
        "kind": "table",
        "caption": breakable(block["caption"]),
        "note": breakable(block["note"]),
        "columns": columns,
        "rows": rows,
        "together": len(rows) <= 6 and size < 2_500,
    }


def _cell(cell: Any, longest: int) -> Any:
    return breakable(_cut(cell, _CELL), longest) if isinstance(cell, str) else cell


def _brief(cell: Any) -> Any:
    return {**cell, "brief": True} if isinstance(cell, dict) else cell


def _column(column: dict[str, Any], cells: list[Any], longest_word: int) -> dict[str, Any]:
    """Say what a column's width rests on: its longest texts, and how much it holds."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    marks = sorted({cell["verdict"] for cell in cells if isinstance(cell, dict)})
    longest = sorted(set(texts), key=lambda text: (-len(text), text))[:3]
    is_short = all(len(text) <= _SHORT for text in longest)
    is_number = is_short and (column["align"] == "right" or bool(marks and not texts))
    lengths = [len(text) for text in texts] or [0]
    typical = float(sorted(lengths)[9 * len(lengths) // 10])
    return {
        "name": breakable(column["name"], longest_word),
        "align": column["align"],
        "holds": "number" if is_number else "short" if is_short else "text",
        "longest": longest,
        "heading": _head_lines(column["name"], 11),
        "narrow": _head_lines(column["name"], 5),
        "marks": marks,
        "brief": any(isinstance(cell, dict) and "brief" in cell for cell in cells),
        "weight": 100.0 * column["width"] or max(7.0, min(max(typical, max(lengths) / 4), 48.0)),
        "least": max(6.0, min(typical, 48.0) / 4),
    }


def _head_lines(name: str, line: int) -> list[str]:
    """Return a column's name on one line or, if longer, on the two most even ones."""
    words = name.split()
    if len(name) <= line or len(words) < 2:
        return [name]
    cuts = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]
    return list(min(cuts, key=lambda cut: max(map(len, cut))))


def _replaced(codes: tuple[str, ...]) -> dict[str, Any]:
    many = len(codes) != 1
    text = (
        f"{len(codes)} character{'s' if many else ''} in the names of this report "
        f"{'are' if many else 'is'} written as {'numbers' if many else 'a number'}, because "
        f"{'they steer' if many else 'it steers'} the text, or because no font of the report has "
        f"{'them' if many else 'it'}: {', '.join(codes[:200])}"
    )
    more = f", and {len(codes) - 200} more." if len(codes) > 200 else "."
    paragraph = {"kind": "paragraph", "text": text + more, "look": "plain"}
    return {
        "id": "",
        "title": "Characters replaced",
        "level": 1,
        "new_page": False,
        "look": "plain",
        "one_page": False,
        "blocks": [paragraph],
    }


_BLOCKS = {
    "paragraph": _paragraph,
    "bullets": _bullets,
    "statement": _statement,
    "tiles": _tiles,
    "facts": _facts,
    "table": _table,
    "figure": _figure,
}
