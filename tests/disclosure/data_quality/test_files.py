"""The report as text, workbook and page: both languages, nothing that runs, nothing that is loaded."""

import io
import re
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest
from made_up_register import PER_VILLAGE, VILLAGES, areas

from geoservice.disclosure.data_quality import QualityReport
from geoservice.disclosure.data_quality.base import CHECKS, LANGUAGES
from geoservice.disclosure.data_quality.page import report_page
from geoservice.disclosure.data_quality.text_tables import write_text
from geoservice.disclosure.data_quality.texts import COLUMNS, LEVELS, METHODS, TITLE
from geoservice.disclosure.data_quality.workbook import write_workbook

FORMULA, SCRIPT = '=HYPERLINK("http://x","y")', "<script>alert(1)</script>"


@pytest.fixture
def planted(clean: dict[str, list[Any]], report: Any) -> QualityReport:
    """Return a report with findings in two villages, whose names are a formula and a script."""
    for row in range(7):
        clean["persons"][row] = 16
        clean["since"][PER_VILLAGE + row] = None
    names = {f"c{VILLAGES[0]}": FORMULA, f"c{VILLAGES[1]}": SCRIPT}
    return report(clean, areas=areas(**names))


def workbook(report: QualityReport, language: Any) -> Any:
    file = io.BytesIO()
    write_workbook(report, language, file)
    return openpyxl.load_workbook(io.BytesIO(file.getvalue()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_has_every_finding_and_no_formula(planted: QualityReport, language: Any) -> None:
    book = workbook(planted, language)
    titles = [LEVELS[level].to(language) for level in ("register", "township", "village")]
    assert book.sheetnames == [*titles, COLUMNS["method"].to(language)]
    rows = [list(book[title].values)[1:] for title in titles]
    assert len(rows[0]) == len(planted.totals)
    assert len(rows[1]) + len(rows[2]) == len(planted.by_area)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}, "neither formulas nor dates"
    assert f"'{FORMULA}" in {cell.value for cell in cells}
    texts = [str(cell.value) for cell in cells if cell.data_type == "s" and cell.value is not None]
    assert not [t for t in texts if t[:1] in "=+-@"]


def test_a_workbook_has_numbers_to_calculate_with(planted: QualityReport) -> None:
    sheet = workbook(planted, "en")["Villages"]
    header, *rows = sheet.values
    (many,) = (dict(zip(header, row, strict=False)) for row in rows if "More than 15 persons" in row)
    assert (many["Code"], many["Households"], many["Examined"], many["Share"]) == (VILLAGES[0], 7, 100, 0.07)


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_has_every_check_and_every_area(planted: QualityReport, language: Any) -> None:
    file = io.StringIO()
    write_text(planted, language, file)
    text = file.getvalue()
    assert "\x1b" not in text
    for words in (TITLE, *CHECKS.values()):
        assert words.to(language) in text
    assert all(village in text for village in VILLAGES)
    assert ("7 户（0.58" if language == "zh" else "7 households (0.58") in text


class Page(HTMLParser):
    """Tags, attributes and texts of a page by the language they are in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.texts: dict[str, list[str]] = {"zh-CN": [], "en": [], "": []}
        self._language = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._language = str(dict(attrs).get("lang", "")) if tag == "span" else ""

    def handle_endtag(self, tag: str) -> None:
        self._language = ""

    def handle_data(self, data: str) -> None:
        self.texts[self._language].append(data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_runs_and_loads_nothing(planted: QualityReport, language: Any) -> None:
    html = report_page(planted, language)
    page = Page(html)
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "form", "a", "base", "svg"}
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on") or a in {"src", "href", "style"}]
    assert "default-src 'none'" in html
    assert not re.search(r"url\(|@import|https?:", html.replace("http://x", ""))
    assert SCRIPT in page.texts["zh-CN"], "as a text"


def test_a_page_has_both_languages_and_shows_the_chosen_one_first(planted: QualityReport) -> None:
    pages = {language: Page(report_page(planted, language)) for language in LANGUAGES}
    for language, page in pages.items():
        (chosen,) = (a["id"] for tag, a in page.tags if tag == "input" and "checked" in a)
        assert chosen == language
        zh, en = page.texts["zh-CN"], page.texts["en"]
        assert len(zh) == len(en)
        for check, title in CHECKS.items():
            assert title.zh in zh
            assert title.en in en
            assert METHODS[check].zh in zh
            assert METHODS[check].en in en
    assert pages["zh"].texts["en"] == pages["en"].texts["en"]


def test_a_page_has_the_numbers_of_areas(planted: QualityReport) -> None:
    html = report_page(planted, "en")
    assert re.search(rf"<td>{VILLAGES[0]}</td>.*?7 \(7.0.%\)", html)


def test_every_text_exists_in_both_languages(planted: QualityReport) -> None:
    for finding in (*planted.totals, *planted.by_area):
        assert finding.item.title.zh != finding.item.title.en
        assert re.search(r"[\u4e00-\u9fff]", finding.sentence("zh"))
        assert not re.search(r"[\u4e00-\u9fff]", finding.sentence("en"))
        assert finding.sentence("zh").endswith("。")
        assert finding.sentence("en").endswith(".")
    assert set(METHODS) == set(CHECKS)
