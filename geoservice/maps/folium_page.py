"""The page around a folium map: Leaflet inline, title and legends, with every name escaped."""

import base64
import re
from collections.abc import Sequence
from html import escape
from importlib.resources import files

import folium
from branca.element import Element, Figure

from geoservice.geo import BBox
from geoservice.maps.folium_control import add_base_map
from geoservice.maps.folium_text import WORDS, legend_html
from geoservice.maps.selection import styled_column
from geoservice.number_text import Limits, limits_of
from geoservice.release.base import PublishedLayer
from geoservice.release.protocols import FeatureReader

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
CSS = """<style>
body{font-family:system-ui,"Noto Sans","Noto Sans SC","Noto Sans CJK SC",sans-serif}
.leaflet-container{background:#f6f5f1;font:inherit}
.title,.legend{position:fixed;z-index:1000;background:#fffd;padding:.4rem .8rem;border-radius:.3rem;
  box-shadow:0 1px 4px #0004;font-size:14px}
.title{top:.6rem;left:50%;transform:translateX(-50%);text-align:center;max-width:70vw}
.title h1{font-size:1.1rem;margin:0}.title p{margin:.1rem 0;color:#b03a00}
.legend{bottom:1.6rem;left:.6rem;max-height:70vh;overflow:auto}.legend details{margin:.3rem 0}
.legend i{display:inline-block;width:1.1em;height:1.1em;margin-right:.5em;vertical-align:-.15em;border:1px solid #0003}
</style>"""


def empty_map(reader: FeatureReader, layers: Sequence[PublishedLayer], first: PublishedLayer, language: str) -> folium.Map:
    """Return a map with Leaflet inline, title, legends and base map, fitted to its layers."""
    west, south, east, north = zip(*(layer.bbox for layer in layers if layer.bbox), strict=True)
    page = folium.Map(tiles=None, max_zoom=18, zoom_snap=0.25, prefer_canvas=True, zoom_control="bottomright")
    page.default_js, page.default_css = [], []  # folium would load these: Leaflet is inline, the rest is not used
    page.fit_bounds([[min(south), min(west)], [max(north), max(east)]], padding_top_left=(0, 90))
    add_base_map(page, reader, BBox(min(west), min(south), max(east), max(north)), language)
    figure = page.get_root()
    assert isinstance(figure, Figure)
    for i, part in enumerate(
        (f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">', _leaflet_stylesheet(), CSS, _leaflet_script())
    ):
        figure.header.add_child(Element(part.replace("{%", "{ %")), name=f"own{i}")
    figure.html.add_child(
        Element(title_html(reader, language) + legends_html(layers, first, language, limits_of(reader.manifest.study)))
    )
    return page


def title_html(reader: FeatureReader, language: str) -> str:
    """Return the heading as HTML, with a note if the households are synthetic."""
    study, texts = reader.manifest.study, WORDS[language]
    name = study.get("title", {}).get(language) or study.get("id", "")
    source = (study.get("source") or {}).get(language, "")
    synthetic = f"<p>{texts['synthetic']}</p>" if study.get("synthetic") else ""
    small = escape(f"{texts['release']} {reader.number} · {source}".rstrip(" ·"))
    return f'<div class="title"><h1>{escape(name)}</h1>{synthetic}<small>{small}</small></div>'


def legends_html(layers: Sequence[PublishedLayer], first: PublishedLayer, language: str, limits: Limits) -> str:
    """Return the legends of all layers as HTML, unfolded for ``first``."""
    parts = (legend_html(layer, styled_column(layer), language, limits, layer is first) for layer in layers)
    return f'<div class="legend">{"".join(parts)}</div>'


def _leaflet_script() -> str:
    """Return Leaflet as an inline script element."""
    code = files("xstatic.pkg.leaflet").joinpath("data", "leaflet.js").read_text(encoding="utf-8")
    code = re.sub(r"^//# sourceMappingURL=.*$", "", code, flags=re.MULTILINE)
    return f"<script>{code.replace('</script', '<' + chr(92) + '/script')}</script>"


def _leaflet_stylesheet() -> str:
    """Return Leaflet's style sheet as a style element with its images inline."""
    data = files("xstatic.pkg.leaflet").joinpath("data")
    css = data.joinpath("leaflet.css").read_text(encoding="utf-8")

    def inline(match: re.Match[str]) -> str:
        image = base64.b64encode(data.joinpath(match[1]).read_bytes()).decode()
        return f"url(data:image/png;base64,{image})"

    return f"<style>{re.sub(r'url[(]([a-z0-9/-]+[.]png)[)]', inline, css)}</style>"
