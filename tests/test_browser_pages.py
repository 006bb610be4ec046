"""Every page before a browser: WCAG 2.2 AA, light and dark, wide and as narrow as a phone; names
that would be code stay names; nothing is fetched from elsewhere."""

import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import PHONE, WIDE, Dashboard, Visitor, hangs_over, serving, violations, visitor

import audits
from audits.demo import audit_sample, sample_data
from audits.visible import visible

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASKS = {
    "Data": "What are we comparing",
    "Findings": "What needs attention first",
    "Representation": "Who is missing",
    "Intersections": "Where do groups vanish together",
    "Sameness": "Who has become more alike",
    "Stereotypes": "Are groups and traits tied together",
    "Copies and the impossible": "Which rows are copies of real people",
    "Fairness": "Would a model trained on the synthetic rows",
    "Collection plan": "Whom to ask, and how many",
    "Compare": "What differs between two audits",
    "Review and report": "What did people decide",
}
PAGES = tuple(ASKS)
FEATURE = "<b onclick=window.hacked=1>group</b>"
HOSTILE = (
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "[x](javascript:alert(1))",
    "$x$",
    "\u202eלא abc",
    "nul\x01␀",
    "W" * 400,
    "=1+1",
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A dashboard whose sessions begin with a chain and two audits of the sample, shown first."""
    folder = tmp_path_factory.mktemp("reader")
    chain = audits.generations(
        sorted((sample_data() / "generations").glob("g*.csv")), sensitive_features=["race", "sex"]
    )
    saved = [chain.save(folder / "chain.json")]
    saved += [
        audit_sample(version, target=target).save(folder / f"{version}.json")
        for version, target in (("same", None), ("three", "insured"))
    ]
    with serving(folder, *_opened(saved)) as made:
        yield made


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A dashboard whose sessions begin with an audit in which every name would be code."""
    folder = tmp_path_factory.mktemp("hostile")
    draw = random.Random(1)
    lengths = {
        "real": (400, [30, 14, 10, 10, 8, 10, 8, 10]),
        "made": (600, [4, 40, 9, 9, 8, 9, 9, 9]),
    }
    for name, (rows, weights) in lengths.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow([FEATURE, "**sex**", "=age", "$c$"])
            for value in draw.choices(HOSTILE, weights, k=rows):
                table.writerow([value, draw.choice("fm"), draw.randint(18, 80), draw.choice("abc")])
    audit = audits.compare(
        folder / "real.csv", folder / "made.csv", sensitive_features=[FEATURE, "**sex**"],
        target="$c$",
    )  # fmt: skip
    with serving(folder, *_opened([audit.save(folder / "hostile.json")])) as made:
        yield made


def _opened(saved: list[Path]) -> list[str]:
    return [part for path in saved for part in ("--audit", str(path))]


def _is_dark(who: Visitor) -> bool:
    return bool(
        who.page.evaluate(
            "() => getComputedStyle(document.querySelector('[data-testid=\"stApp\"]'))"
            ".backgroundColor.match(/\\d+/g).slice(0, 3).every(part => part < 128)"
        )
    )


# both themes and both widths, in two looks; wide at the end, where all that is clicked is seen
LOOKS = ((True, PHONE), (False, WIDE))


def _wrong(who: Visitor, where: str, looks: tuple[tuple[bool, Any], ...] = LOOKS) -> list[str]:
    """What is wrong with the page that is open: both themes, both widths."""
    found = []
    for dark, size in looks:
        _show(who, dark=dark, size=size)
        look = f"{where}, {'dark' if dark else 'light'}, {size[0]} pixels"
        assert who.page.get_by_role("heading", level=1).count() == 1, who.body()
        assert not who.page.get_by_test_id("stException").count(), who.body()
        assert _is_dark(who) == dark, look
        found += [f"{look}: {part} hangs over" for part in hangs_over(who.page)]
        who.whole()
        found += [f"{look}: {each}" for each in violations(who.page)]
    return found


def _show(who: Visitor, *, dark: bool, size: tuple[int, int]) -> None:
    """Show the open page in these colours, at this width, with everything folded out."""
    who.resize(*size)
    if _is_dark(who) != dark:
        # Streamlit draws a page in the colours that it found when the page was opened.
        who.page.emulate_media(color_scheme="dark" if dark else "light")
        who.page.reload()
        who.settled()
    _unfold(who)


def _unfold(who: Visitor) -> None:
    """Open whatever is folded away; on a phone the side is folded away itself."""
    narrow = who.page.viewport_size["width"] < WIDE[0]
    where = '[data-testid="stMain"] ' if narrow else ""
    while folded := who.page.query_selector_all(f"{where}details:not([open]) > summary"):
        for summary in folded:  # one that was unfolded may have others drawn anew meanwhile
            summary.evaluate("element => element.click()")
        who.settled()


@pytest.fixture(scope="module", params=LOOKS, ids=["dark, narrow", "light, wide"])
def looker(
    request: pytest.FixtureRequest, reader: Dashboard, chromium: Any
) -> Iterator[tuple[Visitor, tuple[bool, Any]]]:
    """Somebody who goes from page to page in one look."""
    dark, size = request.param
    with visitor(chromium, reader.url, size=size, dark=dark) as who:
        who.open("/")
        yield who, request.param


@pytest.mark.parametrize("page", PAGES)
def test_everybody_can_read_every_page(page: str, looker: tuple[Visitor, tuple[bool, Any]]) -> None:
    who, look = looker
    who.resize(*look[1])
    who.go(page)
    assert ASKS[page] in who.page.get_by_role("heading", level=1).inner_text()
    found = _wrong(who, page, (look,))
    assert not found, "\n".join(found)
    assert not who.outside
    assert not who.errors


def test_everybody_can_read_a_card(reader: Dashboard, chromium: Any) -> None:
    with visitor(chromium, reader.url) as who:
        who.open("/findings")
        who.open_first_group()
        found = _wrong(who, "Group")
        assert not found, "\n".join(found)
        assert not who.outside
        assert not who.errors


def test_everybody_can_read_what_became_of_generations(reader: Dashboard, chromium: Any) -> None:
    with visitor(chromium, reader.url) as who:
        who.open("/findings")
        session = parse_qs(urlsplit(who.page.url).query)["s"][0]
        names = json.loads((reader.workspace / session / "names.json").read_text())
        [chain] = [one for one, label in names.items() if "chain.json" in str(label)]
        for page, asks in (("generations", "Does it get worse"), ("group", "female")):
            who.open(f"/{page}?s={session}&a={chain}&g=sex.female")
            assert asks in who.page.get_by_role("heading", level=1).inner_text()
            found = _wrong(who, page, LOOKS[:1] if page == "generations" else LOOKS[1:])
            assert not found, "\n".join(found)
        assert not who.outside
        assert not who.errors


def test_names_that_would_be_code_stay_names(hostile: Dashboard, chromium: Any) -> None:
    with visitor(chromium, hostile.url) as who:
        who.open("/findings")
        body = who.body()
        for name in HOSTILE[:2]:
            assert visible(name) in body
        for page in ("Findings", *PAGES[2:]):
            who.go(page)
            _inert(who, page)
        who.go("Findings")
        who.open_first_group()
        assert any(visible(name) in who.page.title() + who.body() for name in HOSTILE)
        _inert(who, "Group")
        found = _wrong(who, "Group", LOOKS[:1])  # what is too long hangs over where it is narrow
        assert not found, "\n".join(found)
        assert not who.outside
        assert not who.errors


def _inert(who: Visitor, where: str) -> None:
    done = who.page.evaluate(
        """
        () => [
          window.hacked,
          document.querySelectorAll('a[href^="javascript" i]').length,
          document.querySelectorAll('[onclick], [onerror], [data-testid="stMain"] script').length,
          document.querySelectorAll('.katex').length,
        ]
        """
    )
    assert done == [None, 0, 0, 0], where
    assert not who.page.get_by_test_id("stException").count()


def test_what_is_looked_for_would_be_seen(reader: Dashboard, chromium: Any) -> None:
    with visitor(chromium, reader.url, size=PHONE) as who:
        who.open("/compare")
        who.page.evaluate(
            """
            () => {
              const main = document.querySelector('[data-testid="stMainBlockContainer"]');
              main.insertAdjacentHTML('beforeend',
                '<p style="color:#ddd">pale</p><a href="javascript:alert(1)">x</a>' +
                '<div data-testid="wide" style="width:900px">wide</div>');
              fetch('http://127.0.0.1:9/elsewhere').catch(() => 0);
            }
            """
        )
        who.whole()
        assert any("color-contrast" in found for found in violations(who.page))
        assert hangs_over(who.page)
        assert who.outside == ["http://127.0.0.1:9/elsewhere"]
        with pytest.raises(AssertionError):
            _inert(who, "Compare")
