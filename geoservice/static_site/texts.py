"""The texts of a copy for people: what the files are, and whose data they hold."""

from collections.abc import Sequence

from geoservice.release.base import PublishedLayer
from geoservice.release.protocols import ReleaseReader
from geoservice.static_site.folder import CHECKSUMS
from geoservice.static_site.links import MANIFEST, Linker
from geoservice.static_site.stac import CATALOGUE, both, title_of

README, ATTRIBUTION = "README.md", "ATTRIBUTION.txt"

WHAT = {
    "zh": (
        "这是一个发布版本的静态副本，不需要服务器程序：把整个文件夹放到任何对象存储或普通网页服务器上即可。"
        "服务器应支持 Range 请求；不支持时，页面会说明，并在文件较小时整个读取。"
        "用浏览器打开 `index.html`（经网页服务器，不能直接双击）。"
        "需要当场计算的功能（试设站点、圈选区域、等时圈、选址、搜索、保存方案、出图）"
        "在副本里不可用，页面上以灰色显示并说明原因。"
    ),
    "en": (
        "This is a copy of a release that needs no server program: put the whole folder on any object store or plain web "
        "server. It should answer Range requests; where it does not, the page says so and fetches small files whole. Open "
        "`index.html` through a web server, not by a double click. What is computed when it is asked for (stations, zones, "
        "isochrones, siting, search, stored scenarios, pictures) is not available in a copy: the page shows it "
        "in grey with the reason."
    ),
}
FILES = (
    ("index.html", "地图页面", "the planner's page"),
    (CATALOGUE, "STAC 目录，列出全部数据和瓦片文件", "STAC catalogue of all files with features and tiles"),
    ("collections/index.json", "图层说明（OGC API 形式）", "layers, as documents of OGC API Features"),
    (
        "collections/<layer>/items.*",
        "图层数据：CSV、GeoParquet、FlatGeobuf、GeoJSON",
        "features: CSV, GeoParquet, FlatGeobuf, GeoJSON",
    ),
    ("tiles/<layer>.pmtiles", "矢量瓦片；`base` 为底图", "vector tiles; `base` is the base map"),
    ("styles/", "MapLibre 样式、图例、雪碧图", "MapLibre styles, legends, sprites"),
    ("fonts/", "样式用的字形", "glyphs of the styles"),
    ("data/", "页面读取的数字", "the numbers that the page reads"),
    (MANIFEST, "发布清单：研究、图层、方法、保护说明", "the release: study, layers, notes, disclosure statement"),
    (ATTRIBUTION, "数据来源与许可", "sources and licences"),
    (CHECKSUMS, "所有文件的校验和（`sha256sum --check`）", "digests of all files (`sha256sum --check`)"),
)


def readme(reader: ReleaseReader, layers: Sequence[PublishedLayer], linker: Linker, role: str) -> str:
    """Return the index of the folder, as Markdown in both languages."""
    manifest = reader.manifest
    release = f"release {reader.number}, {manifest.created}, hash {manifest.hash[:12]}, role {role}"
    files = [(f"`{name}`", zh, en) for name, zh, en in FILES]
    rows = [(_link(layer, linker), _cell(both(layer.title)), str(layer.features)) for layer in layers]
    return "\n\n".join([
        f"# {title_of(reader)}", f"geoservice {manifest.code_version}, {release}", WHAT["zh"], WHAT["en"], *statement(reader),
        "## 文件 Files", _table(("file", "内容", "content"), files),
        "## 图层 Layers", _table(("id", "title", "features"), rows),
    ]) + "\n"  # fmt: skip


def statement(reader: ReleaseReader) -> list[str]:
    """Return the disclosure statement and what is made up, as paragraphs."""
    texts = reader.manifest.disclosure.get("statement") or {}
    made_up = ["虚构数据，不代表真实居民。", "Synthetic data, not about real people."]
    return [
        *(texts[name] for name in ("zh", "en") if texts.get(name)),
        *(made_up if reader.manifest.study.get("synthetic") else []),
    ]


OPENSTREETMAP = "© OpenStreetMap contributors, ODbL 1.0, openstreetmap.org/copyright"
SOFTWARE = (
    "字体 Font: Noto Sans SC, SIL Open Font License 1.1 (fonts/Noto Sans SC)",
    "软件 Software: geoservice, Apache License 2.0; MapLibre GL JS, BSD-3-Clause; PMTiles, BSD-3-Clause; deck.gl, MIT",
)


def attribution(reader: ReleaseReader) -> str:
    """Return whose data and software the folder holds, in both languages.

    Streets of a made-up study are not OpenStreetMap's: where a study names its sources, they decide.
    """
    source = reader.manifest.study.get("source") or {}
    named = [text for text in (source.get("zh"), source.get("en")) if text]
    base = (
        [f"底图 Base map: {OPENSTREETMAP}"]
        if reader.manifest.base_map and "OpenStreetMap" in (named or ["OpenStreetMap"])[-1]
        else []
    )
    return "\n".join([
        "数据来源 Sources of the data:", *(f"  {text}" for text in named or ["研究未注明 not stated by the study"]), "",
        *base, *SOFTWARE, "", "数据的许可由其来源决定。The sources decide how the data may be used.", "",
    ])  # fmt: skip


def _link(layer: PublishedLayer, linker: Linker) -> str:
    return f"[{layer.id}]({linker.href(f'collections/{layer.id}/index.json', README)})"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))


def _cell(text: str) -> str:
    """Return a text for a cell of a Markdown table."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")
