"""From two files to a report in hand, in a browser; and whose data are seen by whom."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import Dashboard, Visitor, visitor
from test_pdf import opened, text_of

import audits

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def audited(dashboard: Dashboard, chromium: Any, sample: Path) -> Iterator[Visitor]:
    """Somebody who has uploaded two tables and run the audit, and now sees the findings."""
    with visitor(chromium, dashboard.url) as who:
        who.open()
        who.upload("Real table", sample / "survey_real.csv")
        who.upload("Synthetic table", sample / "synthetic_three.csv")
        chosen = who.page.get_by_test_id("stMultiSelect").first
        chosen.get_by_role("button", name=re.compile("skin_tone")).click()
        who.settled()
        who.run_audit()
        yield who
        assert not who.outside
        assert not who.errors


@pytest.fixture(scope="module")
def downloads(audited: Visitor, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What can be taken away, with every count written out."""
    folder = tmp_path_factory.mktemp("downloads")
    audited.go("Review and report")
    least = audited.page.get_by_label("Smallest count that is shown")
    least.fill("0")
    least.press("Enter")
    audited.settled()
    found = {}
    for kind in ("PDF", "HTML", "JSON"):
        with audited.page.expect_download() as coming:
            audited.page.get_by_role("button", name=f"Download {kind}", exact=True).click()
        found[kind] = folder / coming.value.suggested_filename
        coming.value.save_as(found[kind])
    return found


def _words(text: str) -> str:
    """A text whose lines may be broken anywhere."""
    return " ".join(text.replace("\u2060", "").split())


def _glued(text: str) -> str:
    """A text without its spaces: a page of paper breaks lines, and words at their hyphens."""
    return "".join(text.replace("\u2060", "").replace("\u00ad", "").split())


def test_two_files_become_findings_worst_first(audited: Visitor) -> None:
    audited.go("Findings")
    said = _words(audited.body())
    assert "3,000 real rows" in said
    assert "6,000 synthetic rows" in said
    groups = audited.page.locator("[class*=st-key-open-] button").all_inner_texts()
    assert _words(groups[0]) == "Black"


def test_a_group_opens_its_card_and_the_address_leads_back_to_it(
    audited: Visitor, dashboard: Dashboard, chromium: Any
) -> None:
    audited.go("Findings")
    audited.open_first_group()
    card = audited.body()
    assert "Black" in audited.page.get_by_role("heading", level=1).inner_text()
    assert "30 real people" in _words(card)
    asked = parse_qs(urlsplit(audited.page.url).query)
    assert asked["g"] == ["race.Black"]
    audited.page.reload()
    audited.settled()
    assert audited.body() == card, "a reload shows the same"
    with visitor(chromium, dashboard.url) as other:
        other.page.goto(audited.page.url)
        other.settled()
        assert other.body() == card, "so does the address in another browser"


def test_a_mark_and_a_line_of_a_table_lead_to_a_card(audited: Visitor) -> None:
    audited.go("Representation")
    mark = audited.page.locator(".js-plotly-plot .scatterlayer .point").first
    mark.scroll_into_view_if_needed()
    mark.click(force=True)
    audited.page.wait_for_url("**/group?*")
    audited.settled()
    by_mark = audited.page.get_by_role("heading", level=1).inner_text()
    assert by_mark
    audited.go("Representation")
    audited.page.get_by_test_id("stExpander").filter(has_text="Table and downloads").first.click()
    audited.settled()
    line = audited.page.locator(".au-table a").first
    name = line.inner_text()
    line.click()
    audited.page.wait_for_url("**/group?*")
    audited.settled()
    assert audited.page.get_by_role("heading", level=1).inner_text() == name


def test_the_documents_are_what_they_say_they_are(downloads: dict[str, Path]) -> None:
    pdf = downloads["PDF"].read_bytes()
    assert pdf.startswith(b"%PDF")
    page = downloads["HTML"].read_text(encoding="utf-8")
    assert "<script" not in page
    assert len(page.encode()) < 500_000
    audit = audits.load(downloads["JSON"])
    assert audit.verdict.value == "problem"


def test_a_number_is_the_same_on_a_page_on_paper_in_the_file_and_in_the_terminal(
    audited: Visitor, downloads: dict[str, Path]
) -> None:
    audit = audits.load(downloads["JSON"])
    finding = next(f for f in audit.findings if f.group == (("race", "Black"),))
    shown = _glued(finding.because.removeprefix("Black: "))  # on paper the name is a heading
    assert re.search(r"\d", shown)
    audited.go("Findings")
    assert shown in _glued(audited.body())
    pdf = opened(downloads["PDF"].read_bytes())
    assert shown in _glued("".join(text_of(page) for page in pdf.pages))
    told = json.loads(downloads["JSON"].read_text(encoding="utf-8"))
    assert finding.because in [each["because"] for each in told["findings"]]
    asked = [sys.executable, "-m", "audits", "show", str(downloads["JSON"])]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert shown in _glued(said)


def test_an_audit_run_in_a_terminal_says_the_same(
    downloads: dict[str, Path], sample: Path, tmp_path: Path
) -> None:
    tables = [str(sample / name) for name in ("survey_real.csv", "synthetic_three.csv")]
    made = tmp_path / "terminal.json"
    asked = [sys.executable, "-m", "audits", "compare", *tables]
    asked += ["--sensitive-features", "race,sex", "--output", str(made)]
    subprocess.run(asked, capture_output=True, check=True)
    assert audits.load(made).findings == audits.load(downloads["JSON"]).findings


def test_nobody_sees_what_another_has_loaded(
    audited: Visitor, dashboard: Dashboard, chromium: Any
) -> None:
    theirs = parse_qs(urlsplit(audited.page.url).query)
    with visitor(chromium, dashboard.url) as other:
        other.open("/findings")
        assert "No audit yet" in other.body()
        mine = parse_qs(urlsplit(other.page.url).query)
        assert mine["s"] != theirs["s"]
        other.open(f"/findings?s={mine['s'][0]}&a={theirs['a'][0]}")
        assert "No audit yet" in other.body(), "the name of an audit is no key to it"
        token = theirs["s"][0]
        nearly = token[:-1] + ("1" if token[-1] == "0" else "0")
        other.open(f"/findings?s={nearly}&a={theirs['a'][0]}")
        assert "Black" not in other.body(), "a token that is nearly right is wrong"
        other.go("Data")
        assert "survey_real" not in other.body()
