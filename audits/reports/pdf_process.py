"""The process that sets one document: reads a request on stdin, writes a file to stdout.

It imports neither tables nor statistics, so that it starts at once and stays small.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, cast

import typst

from audits.pictures.model import DARK, LIGHT
from audits.reports.glyphs import FONTS
from audits.reports.pdf_layout import laid_out, laid_out_picture

_SOURCES = Path(__file__).with_name("typst")
_STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
_NO_DATE = 0
"""The date of a document without one: fixed, so that the same audit gives the same bytes."""


def main() -> None:
    """Do what the request on stdin says."""
    request = json.load(sys.stdin.buffer)
    made = _png(request) if request["make"] == "png" else _pdf(request["document"])
    sys.stdout.buffer.write(made)


def _pdf(document: dict[str, Any]) -> bytes:
    timestamp = document["timestamp"]
    moment = _NO_DATE if timestamp is None else int(timestamp)
    files = _files("report.typ", {**laid_out(document), "colours": dict(LIGHT)})
    try:
        return _compiled(files, moment, _STANDARDS)
    except typst.TypstError as error:
        # A report that misses a standard is worth more to a reader than none.
        print(f"set without standards: {error.message}", file=sys.stderr)  # noqa: T201
        return _compiled(files, moment, [])


def _compiled(files: dict[str, bytes], moment: int, standards: list[typst.PDFStandard]) -> bytes:
    return typst.compile(
        cast(Any, files),
        format="pdf",
        font_paths=_fonts(),
        pdf_standards=standards,
        timestamp=moment,
    )


def _png(request: dict[str, Any]) -> bytes:
    colours = DARK if request["theme"] == "dark" else LIGHT
    picture = laid_out_picture(request["picture"])
    return typst.compile(
        cast(Any, _files("picture.typ", {"picture": picture, "colours": dict(colours)})),
        format="png",
        font_paths=_fonts(),
        ppi=72.0 * request["scale"],
    )


def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )


def _files(main: str, data: dict[str, Any]) -> dict[str, bytes]:
    """Every text travels in the data file; none ever becomes source."""
    files = {path.name: path.read_bytes() for path in sorted(_SOURCES.glob("*.typ"))}
    files["main.typ"] = files.pop(main)
    files["data.json"] = json.dumps(data, ensure_ascii=False).encode("utf-8")
    return files


if __name__ == "__main__":
    main()
