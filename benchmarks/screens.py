"""Pictures of every page of the dashboard: light, dark, and as wide as a phone.

    python benchmarks/screens.py --folder build/screens
    python benchmarks/screens.py real.csv synthetic.csv --sensitive-features race,sex

Without tables, the sample. A page is photographed whole, however long it is.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import browser

SAMPLE = Path(__file__).parent.parent / "sample_data"
LOOKS = {
    "light": (browser.WIDE, False),
    "dark": (browser.WIDE, True),
    "phone": (browser.PHONE, False),
}
PAGES = (
    "data",
    "findings",
    "representation",
    "intersections",
    "sameness",
    "stereotypes",
    "records",
    "plan",
    "compare",
    "history",
    "review",
    "group",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tables", type=Path, nargs="*", help="the real and the synthetic table")
    parser.add_argument("--sensitive-features", default="race,sex")
    parser.add_argument("--reference", type=Path)
    parser.add_argument("--folder", type=Path, default=Path("build/screens"))
    parser.add_argument("--pages", nargs="+", default=PAGES)
    parser.add_argument("--looks", nargs="+", default=list(LOOKS))
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    real, synthetic = asked.tables or (SAMPLE / "survey_real.csv", SAMPLE / "synthetic_three.csv")
    reference = asked.reference or (None if asked.tables else SAMPLE / "population.csv")
    arguments = [str(real.resolve()), str(synthetic.resolve())]
    arguments += ["--sensitive-features", asked.sensitive_features]
    if reference is not None:
        arguments += ["--reference", str(reference.resolve())]
    with (
        tempfile.TemporaryDirectory() as name,
        browser.serving(Path(name), *arguments) as dashboard,
        browser.browsing() as chromium,
    ):
        query = _audited(chromium, dashboard.url)
        for look in asked.looks:
            size, dark = LOOKS[look]
            with browser.visitor(chromium, dashboard.url, size=size, dark=dark) as who:
                for page in asked.pages:
                    who.page.set_viewport_size({"width": size[0], "height": size[1]})
                    who.open(f"/{'' if page == 'data' else page}?{query[page == 'group']}")
                    who.whole()
                    picture = asked.folder / f"{page}-{look}.png"
                    who.page.screenshot(path=picture)
                    print(picture, *who.outside, *who.errors)


def _audited(chromium: browser.Any, url: str) -> tuple[str, str]:
    """Run the audit once; return the query of its address, and that of its first group."""
    with browser.visitor(chromium, url) as who:
        who.open()
        who.run_audit()
        plain = urlsplit(who.page.url).query
        who.open_first_group()
        return plain, urlsplit(who.page.url).query


if __name__ == "__main__":
    main()
