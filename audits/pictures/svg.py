"""Pictures as SVG: text stays text, nothing is fetched, the same picture gives the same bytes."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterable
from typing import Literal

from audits.pictures.model import DARK, LIGHT, Circle, Item, Line, Picture, Polygon, Rect, Text
from audits.pictures.widths import cut
from audits.visible import visible

Theme = Literal["light", "dark", "auto"]

FONTS = "'Source Sans 3','Segoe UI',Roboto,'Helvetica Neue',Arial,'Noto Sans',sans-serif"
_CLASS = "audits-picture"


def svg(
    picture: Picture,
    *,
    theme: Theme = "light",
    paper: bool = False,
    style: bool = True,
    name: str = "",
) -> str:
    """Return a picture as one SVG element.

    Parameters
    ----------
    picture : Picture
        What to draw.
    theme : {"light", "dark", "auto"}
        The colours; "auto" follows the reader's screen, and is light on paper.
    paper : bool
        Whether to lay paper beneath, for a page whose colour is not known.
    style : bool
        Whether an "auto" picture brings its colours along; a page that holds `colours()` once
        needs no more of them.
    name : str
        What its own ids begin with; made from the picture's content if left out.
    """
    drawn = _Drawing(theme, name or f"{_name(picture)}-{theme}")
    body = [drawn.item(item) for item in picture.items]
    ground = [drawn.rect(Rect(0, 0, picture.width, picture.height, fill="paper"))] if paper else []
    said = html.escape(visible(picture.alt)).replace("$", "&#36;")
    wide, high = _n(picture.width), _n(picture.height)
    own_style = f"<style>{colours(f'.{_CLASS}')}</style>" if theme == "auto" and style else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{_CLASS}" role="img" aria-label="{said}" '
        f'width="{wide}pt" height="{high}pt" viewBox="0 0 {wide} {high}" '
        f'font-family="{FONTS}">{own_style}{drawn.patterns()}'
        f"{''.join([*ground, *body])}</svg>"
    )


def colours(selector: str) -> str:
    """Return a stylesheet of every role's colour, for whatever a selector picks.

    A dark screen's on a dark screen; light otherwise, and on paper.
    """
    light, dark = (
        "".join(f"{_variable(role)}:{colour};" for role, colour in theme.items())
        for theme in (LIGHT, DARK)
    )
    return (
        f"{selector}{{{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{{selector}{{{dark}}}}}"
    )


class _Drawing:
    """Items as elements; keeps which hatches they need."""

    def __init__(self, theme: Theme, name: str) -> None:
        self._theme = theme
        self._name = name
        self._hatches: dict[str, str] = {}

    def item(self, item: Item) -> str:
        """Return one item as an element."""
        match item:
            case Rect():
                return self.rect(item)
            case Line():
                return (
                    f'<line x1="{_n(item.x1)}" y1="{_n(item.y1)}" x2="{_n(item.x2)}" '
                    f'y2="{_n(item.y2)}"{self._paint(None, item.stroke, item.stroke_width)}'
                    f"{_dashes(item.dash)}/>"
                )
            case Polygon():
                digits = 1 if len(item.points) > 8 else 2  # a curve needs no more
                points = " ".join(f"{_n(x, digits)},{_n(y, digits)}" for x, y in item.points)
                shape = "polygon" if item.closed else "polyline"
                paint = self._paint(item.fill, item.stroke, item.stroke_width)
                return f'<{shape} points="{points}"{paint}{_dashes(item.dash)}/>'
            case Circle():
                return (
                    f'<circle cx="{_n(item.x)}" cy="{_n(item.y)}" r="{_n(item.radius)}"'
                    f"{self._paint(item.fill, item.stroke, item.stroke_width)}/>"
                )
            case Text():
                return self._text(item)

    def rect(self, item: Rect) -> str:
        """Return a rectangle, its hatches on top of its colour."""
        place = (
            f'<rect x="{_n(item.x)}" y="{_n(item.y)}" width="{_n(item.width)}" '
            f'height="{_n(item.height)}"' + (f' rx="{_n(item.radius)}"' if item.radius else "")
        )
        plain = f"{place}{self._paint(item.fill, item.stroke, item.stroke_width)}/>"
        if not item.hatched:
            return plain
        return f'{plain}{place} fill="url(#{self._hatch(item.stroke or "quiet")})"/>'

    def patterns(self) -> str:
        """Return the hatches that were needed."""
        return "".join(
            f'<defs><pattern id="{name}" width="4" height="4" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><path d="M0 0V4" '
            f'stroke="{self._colour(role)}" stroke-width="1"/></pattern></defs>'
            for role, name in self._hatches.items()
        )

    def _hatch(self, role: str) -> str:
        return self._hatches.setdefault(role, f"{self._name}-{len(self._hatches)}")

    def _text(self, item: Text) -> str:
        shown = html.escape(cut(item.text, item.size, item.room, bold=item.bold), quote=False)
        shown = shown.replace("$", "<tspan>$</tspan>")  # notebooks would set mathematics
        anchor = "" if item.anchor == "start" else f' text-anchor="{item.anchor}"'
        bold = ' font-weight="600"' if item.bold else ""
        return (
            f'<text x="{_n(item.x)}" y="{_n(item.y)}" font-size="{_n(item.size)}" '
            f'fill="{self._colour(item.fill)}"{anchor}{bold}>{shown}</text>'
        )

    def _paint(self, fill: str | None, stroke: str | None, width: float) -> str:
        inside = self._colour(fill) if fill else "none"
        around = f' stroke="{self._colour(stroke)}" stroke-width="{_n(width)}"' if stroke else ""
        return f' fill="{inside}"{around}'

    def _colour(self, role: str) -> str:
        if self._theme == "auto":
            return f"var({_variable(role)})"
        return (DARK if self._theme == "dark" else LIGHT)[role]


def _variable(role: str) -> str:
    return f"--{role.replace(' ', '-')}"


def _name(picture: Picture) -> str:
    """A name that no other picture of a page has, unless it shows the very same."""
    return f"hatch-{hashlib.sha256(repr(picture).encode('utf-8', 'replace')).hexdigest()[:12]}"


def _dashes(lengths: Iterable[float]) -> str:
    said = " ".join(map(_n, lengths))
    return f' stroke-dasharray="{said}"' if said else ""


def _n(value: float, digits: int = 2) -> str:
    """A number with so many decimals at most, and no more zeros than needed."""
    said = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if said == "-0" else said
