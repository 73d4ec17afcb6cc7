"""HTML pages without a template engine; all text is escaped here."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from geoservice.server.translations import in_language

if TYPE_CHECKING:
    from geoservice.server.deps import RequestContext

CSS = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,"Noto Sans","Noto Sans SC","Noto Sans CJK SC",sans-serif;
  margin:0 auto;max-width:72rem;padding:1rem}
nav{font-size:.9rem;display:flex;gap:1rem;flex-wrap:wrap}
h1{font-size:1.6rem;margin:.6rem 0}
table{border-collapse:collapse;font-size:.9rem;display:block;overflow-x:auto}
th,td{border-bottom:1px solid #8886;padding:.25rem .6rem;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}
td.u{color:#777}
td.s{color:#888;font-style:italic}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0}
dt{color:#888}dd{margin:0;overflow-wrap:anywhere}
pre{background:#8882;border-radius:.3rem;font-size:.85rem;overflow-x:auto;padding:.6rem .8rem;user-select:all}
h2{font-size:1.2rem;margin:1.4rem 0 .4rem}
.note{border-left:.3rem solid #d95f02;padding:.3rem .8rem}
"""
_HASH = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'"
}
"""Headers of these pages: no scripts, and no style sheet but this one."""

LABELS = {
    "en": {"home": "Home", "data": "Data", "map": "Map", "api": "API", "json": "JSON", "csv": "CSV", "parquet": "GeoParquet",
           "gpkg": "GeoPackage", "fgb": "FlatGeobuf", "ics": "iCalendar", "next": "Next page", "prev": "Previous page",
           "queryables": "Queryables",
           "clients": "For developers", "synthetic": "The households of this study are synthetic.",
           "hint": "Filter rows in the URL: ?unit=…, ?bbox=…, ?sortby=-unit or ?filter=unit LIKE 'a%'. Names:",
           "null": "An empty value does not exist or is unknown; it is not zero. "
                   "A margin is the half-width of a 90 % interval."},
    "zh": {"home": "首页", "data": "数据", "map": "地图", "api": "接口", "json": "JSON", "csv": "CSV", "parquet": "GeoParquet",
           "gpkg": "GeoPackage", "fgb": "FlatGeobuf", "ics": "日历（iCalendar）", "next": "下一页", "prev": "上一页",
           "queryables": "可查询字段",
           "clients": "开发者", "synthetic": "本研究的住户数据为虚构。",
           "hint": "可在网址中筛选：?unit=…、?bbox=…、?sortby=-unit 或 ?filter=unit LIKE 'a%'。字段名：",
           "null": "空的指标值表示不存在或未知，并非零。误差范围为90%区间的半宽。"},
}  # fmt: skip


class Number(NamedTuple):
    """A formatted table cell: a number, an uncertain number (``n u``), or the reason why there is no number (``s``)."""

    text: str
    kind: Literal["n", "n u", "s"] = "n"


class Markup(str):
    """A table cell that is already HTML."""

    __slots__ = ()


def navigation(entries: Sequence[str]) -> str:
    """Return anchors in a ``nav`` element; empty without anchors."""
    return f"<nav>{' '.join(entries)}</nav>" if entries else ""


def anchor(href: str, text: str) -> str:
    """Return a link, with URL and text escaped.

    >>> anchor("/x?a=1&b=2", "<b>")
    '<a href="/x?a=1&amp;b=2">&lt;b&gt;</a>'
    """
    return f'<a href="{escape(href)}">{escape(text)}</a>'


def page(title: str, body: str, context: "RequestContext", more: Iterable[str] = ()) -> str:
    """Return a page around a body that is already HTML; ``more`` are further entries of its navigation."""
    labels, to, title = LABELS[context.language], context.urls.to, in_language(title, context.language)
    lang = {"lang": context.language}
    entries = [
        anchor(to("/", lang), labels["map"]),
        anchor(to("/collections", {"f": "html", **lang}), labels["data"]),
        anchor(to("/api", {"f": "html", **lang}), labels["api"]),
        anchor(to("/clients", {"f": "html", **lang}), labels["clients"]),
        *more,
        *(
            anchor(to(context.path, {**context.query, "lang": other}), label)
            for other, label in (("zh", "中文"), ("en", "English"))
        ),
    ]
    synthetic = f'<p class="note">{labels["synthetic"]}</p>' if context.reader.manifest.study.get("synthetic") else ""
    protection = "".join(f"<p><small>{escape(text)}</small></p>" for text in statement(context))
    return _html_document(
        title, f"<nav>{' '.join(entries)}</nav><h1>{escape(title)}</h1>{synthetic}{body}{protection}", context.language
    )


def not_found(detail: str, base: str, language: str) -> str:
    """Return the page of a 404 in a language: the reason, and links to other pages."""
    (title, why), labels = NOT_FOUND[language], LABELS[language]
    map_page, data, api = f"/?lang={language}", f"/collections?f=html&lang={language}", f"/api?f=html&lang={language}"
    links = navigation([anchor(base + path, labels[name]) for name, path in (("map", map_page), ("data", data), ("api", api))])
    body = f"{links}<h1>{escape(title)}</h1><p>{escape(why)}</p><p><code>{escape(detail)}</code></p>"
    return _html_document(title, body, language)


NOT_FOUND = {
    "en": ("Page not found", "This address does not exist: it may be mistyped, or belong to a release that has been removed."),
    "zh": ("页面不存在", "该地址没有内容：可能输入有误，或属于已不存在的发布。"),
}


def _html_document(title: str, body: str, language: str) -> str:
    """Return an HTML document around a body that is already HTML."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title><style>{CSS}</style></head><body>{body}</body></html>"
    )


def statement(context: "RequestContext") -> list[str]:
    """Return the release's statement on disclosure protection in the caller's language; empty if the release has none."""
    text = (context.reader.manifest.disclosure.get("statement") or {}).get(context.language)
    return [text] if text else []


def value(content: Any) -> str:
    """Return a JSON value as HTML: objects as definition lists, link objects as links."""
    if isinstance(content, Mapping):
        if "href" in content:
            return anchor(str(content["href"]), f"{content.get('title') or content.get('rel', '')} ({content.get('type', '')})")
        rows = (f"<dt>{escape(str(k))}</dt><dd>{value(v)}</dd>" for k, v in content.items())
        return f"<dl>{''.join(rows)}</dl>"
    if isinstance(content, list | tuple):
        if all(isinstance(v, int | float) for v in content):
            return escape(", ".join(map(str, content)))
        return "".join(f"<div>{value(v)}</div>" for v in content)
    return escape("" if content is None else str(content))


def document(content: Mapping[str, Any], title: str, context: "RequestContext") -> str:
    """Return a JSON document as a page."""
    as_json = anchor(context.urls.to(context.path, {**context.query, "f": "json"}), LABELS[context.language]["json"])
    return page(title, value(content), context, [as_json])


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return an HTML table; :class:`Number` and :class:`Markup` cells are already formatted, None is an empty cell."""

    def cell(content: Any) -> str:
        if content is None:
            return "<td></td>"
        if isinstance(content, Markup):
            return f"<td>{content}</td>"
        if isinstance(content, Number):
            return f'<td class="{content.kind}">{escape(content.text)}</td>'
        kind = ' class="n"' if isinstance(content, int | float) and not isinstance(content, bool) else ""
        return f"<td{kind}>{escape(str(content))}</td>"

    head = "".join(f"<th>{escape(h)}</th>" for h in heads)
    body = "".join("<tr>" + "".join(map(cell, row)) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
