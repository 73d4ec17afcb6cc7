"""The data quality report as one HTML file with both languages, without scripts, that loads nothing."""

from collections.abc import Iterable, Iterator
from html import escape
from math import isnan

from geoservice.disclosure.data_quality.base import (
    CHECKS,
    LANGUAGES,
    SEVERITIES,
    Bilingual,
    Language,
    QualityFinding,
    number_text,
    share_text,
)
from geoservice.disclosure.data_quality.quality_report import QualityReport
from geoservice.disclosure.data_quality.text_tables import summary
from geoservice.disclosure.data_quality.texts import BY_AREA, COLUMNS, COUNTS_ONLY, LEVELS, METHODS, NOTHING, PRIVATE, TITLE

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
body{font:15px/1.5 system-ui,"Noto Sans","Noto Sans SC","Noto Sans CJK SC",sans-serif;color:#1d2327;background:#fff;
  max-width:76rem;margin:1.5rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:.6rem 0}h2{font-size:1.15rem;margin:2rem 0 .3rem}p{margin:.4rem 0}
.private{color:#8a2a00;font-weight:600}.method,.zero{color:#555c63}
table{border-collapse:collapse;margin:.5rem 0}th,td{padding:.25rem .7rem;text-align:start;vertical-align:top}
th{border-bottom:2px solid #8a9199;font-weight:600}td{border-bottom:1px solid #dfe2e5}
.n{text-align:end;white-space:nowrap;font-variant-numeric:tabular-nums}
.error,.warning,.note{white-space:nowrap;font-weight:600}.error{color:#a30000}.warning{color:#8a5a00}.note{color:#3c4a57}
.wide{overflow-x:auto}summary{cursor:pointer;margin:.4rem 0}nav{display:inline}
#zh:checked~main .en,#en:checked~main .zh{display:none}
@media print{input,label{display:none}}
"""


def report_page(report: QualityReport, language: Language) -> str:
    """Return the report as HTML, shown in a language first; two buttons without a script switch to the other."""
    parts = [
        f'<!doctype html><html lang="{_tag(language)}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">',
        f"<title>{escape(TITLE.to(language))}</title><style>{STYLE}</style></head><body>",
        *_language_buttons(language),
        "<main>",
        f"<h1>{_both(TITLE)}</h1><p class=private>{_both(PRIVATE)}</p>",
        f"<p>{_both(Bilingual(summary(report, 'zh'), summary(report, 'en')))}</p><p>{_both(COUNTS_ONLY)}</p>",
        *(part for check in CHECKS for part in _check_section(report, check)),
        "</main></body></html>",
    ]
    return "\n".join(parts)


def _tag(language: Language) -> str:
    return "zh-CN" if language == "zh" else "en"


def _language_buttons(chosen: Language) -> Iterator[str]:
    for language, name in zip(LANGUAGES, ("中文", "English"), strict=True):
        state = " checked" if language == chosen else ""
        button = f'<input type="radio" name="language" id="{language}"{state}>'
        yield f'{button}<label for="{language}" lang="{_tag(language)}">{name}</label>'


def _both(text: Bilingual) -> str:
    """Return a text in both languages, of which the style shows one."""
    return "".join(
        f'<span class="{language}" lang="{_tag(language)}">{escape(text.to(language))}</span>' for language in LANGUAGES
    )


def _check_section(report: QualityReport, check: str) -> Iterator[str]:
    yield f'<section><h2>{_both(CHECKS[check])}</h2><p class="method">{_both(METHODS[check])}</p>'
    findings = report.of_check(check)
    problems = [finding for finding in findings if finding.is_problem]
    if problems:
        yield _table(("severity", "rows", "share", "sentence"), map(_finding_row, problems))
    if rest := [finding.item.title for finding in findings if not finding.is_problem]:
        listed = Bilingual("、".join(t.zh for t in rest), "; ".join(t.en for t in rest))
        yield f'<p class="zero">{_both(NOTHING)}: {_both(listed)}</p>'
    for level in report.regions:
        yield from _area_details(report, check, level)
    yield "</section>"


def _finding_row(finding: QualityFinding) -> str:
    severity = finding.item.severity
    sentence = Bilingual(finding.sentence("zh"), finding.sentence("en"))
    return (
        f'<td class="{severity}">{_both(SEVERITIES[severity])}</td><td class="n">{number_text(finding.rows)}</td>'
        f'<td class="n">{share_text(finding.share)}</td><td>{_both(sentence)}</td>'
    )


def _table(columns: Iterable[str], rows: Iterable[str]) -> str:
    heading = "".join(f'<th scope="col">{_both(COLUMNS[name])}</th>' for name in columns)
    return f"<table><thead><tr>{heading}</tr></thead><tbody>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"


def _area_details(report: QualityReport, check: str, level: str) -> Iterator[str]:
    """Yield a folded table of the areas of a level that have any finding of a check, with a column for each item."""
    findings = {(f.area, f.item.id): f for f in report.by_area if f.level == level and f.item.check == check}
    items = {f.item.id: f.item.title for f in findings.values()}
    if not items:
        return
    yield f"<details><summary>{_both(BY_AREA)}: {_both(LEVELS[level])}</summary><div class=wide><table><thead><tr>"
    titles = (COLUMNS["area"], COLUMNS["name"], *items.values())
    yield "".join(f'<th scope="col">{_both(title)}</th>' for title in titles) + "</tr></thead><tbody>"
    codes = {area for area, _ in findings}
    for region in (region for region in report.regions[level] if region.code in codes):
        cells = "".join(f'<td class="n">{_cell(findings.get((region.code, item)))}</td>' for item in items)
        yield f"<tr><td>{escape(region.code)}</td><td>{_both(region.name)}</td>{cells}</tr>"
    yield "</tbody></table></div></details>"


def _cell(finding: QualityFinding | None) -> str:
    """Return number and share of an area, or its index if it has one; for an item of whole areas its value and the usual."""
    if finding is None:
        return ""
    if finding.areas:
        return f"{number_text(finding.value)} ({number_text(finding.expected)})"
    measure = share_text(finding.share) if isnan(finding.value) else number_text(finding.index)
    return f"{number_text(finding.rows)} ({measure})"
