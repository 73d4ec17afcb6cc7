"""KML: placemarks with their names, folders, ExtendedData and geometry. Links are not followed.

GDAL's driver is not used: it replaces Chinese names in ExtendedData by underscores, drops SchemaData whose Schema is not in the
file, and reads an invalid coordinate as 0.
"""

from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

from shapely.errors import ShapelyError

from geoservice.errors import EmptyFile, InputError
from geoservice.ingest.features import UNREADABLE, Features, add_property, to_wkb_2d
from geoservice.ingest.kml_geometry import shape_of
from geoservice.ingest.raw_table import Meta, Rows
from geoservice.ingest.xml_records import Element, read_records

_SKIPPED = {
    "NetworkLink": "links to other files (NetworkLink), which are not followed",
    "GroundOverlay": "pictures on the ground",
    "ScreenOverlay": "pictures on the screen",
    "PhotoOverlay": "photographs",
    "Tour": "tours",
}
_FOLDERS = ("Folder", "Document")
_TEXTS = ("description", "address", "phoneNumber", "Snippet")


def read_kml(path: Path, layer: str | None) -> Rows:
    """Return schema, batches and metadata of the placemarks; ``layer`` is a folder's name or its path, None for all.

    Raises
    ------
    UnreadableFile, WrongEncoding
        As :func:`geoservice.ingest.xml_records.read_records`.
    EmptyFile, InputError
        There are no placemarks; no such folder.
    """
    features, counts, folders, tables = Features(), Counter[str](), dict[str, None](), Counter[str]()

    def add_placemark(element: Element, within: Sequence[Element]) -> None:
        counts[element.tag] += 1
        if element.tag != "Placemark":
            return
        folder = _folder(within)
        folders.setdefault(folder)
        if layer is None or layer == folder or layer in folder.split("/"):
            features.add(counts["Placemark"], _properties(element, folder, tables), _geometry(element))

    encoding = read_records(path, "kml", ("Placemark", *_SKIPPED), add_placemark)
    skipped = [f"{counts[tag]} {what}" for tag, what in _SKIPPED.items() if counts[tag]]
    if not counts["Placemark"]:
        raise EmptyFile(f"the file holds no placemarks{', only ' if skipped else ''}{', '.join(skipped)}")
    if not len(features):
        raise InputError(f"there is no folder {layer!r}; folders are {[f for f in folders if f][:20]}")
    notes = [f"not read: {', '.join(skipped)}"] if skipped else []
    if tables:
        notes.append(f"columns {list(tables)} were read from tables in the descriptions")
    return features.table(Meta(encoding, crs="EPSG:4326", layer=layer or "", notes=notes))


def _folder(within: Sequence[Element]) -> str:
    """Return the path of folder names of a placemark, without the document's name."""
    inner = [e for e in within[1:] if e.tag in _FOLDERS]
    names = [e.value("name") or "" for e in (inner[1:] if inner and inner[0].tag == "Document" else inner)]
    return "/".join(n for n in names if n)


def _properties(placemark: Element, folder: str, tables: Counter[str]) -> dict[str, str | None]:
    properties = {"id": placemark.attributes.get("id"), "name": placemark.value("name"), "folder": folder or None}
    properties |= {tag: placemark.value(tag) for tag in _TEXTS}
    for tag, path in (("when", ("TimeStamp", "when")), ("begin", ("TimeSpan", "begin")), ("end", ("TimeSpan", "end"))):
        properties[tag] = placemark.value(*path)
    data = [(d.attributes.get("name", ""), d.value("value")) for d in placemark.find("ExtendedData", "Data")]
    simple = placemark.find("ExtendedData", "SchemaData", "SimpleData")
    data += [(d.attributes.get("name", ""), d.text or None) for d in simple]
    if not data:
        data = _table_rows(properties["description"] or "")
        tables.update(name for name, _ in data)
    for name, value in data:
        add_property(properties, name, value)
    return properties


def _geometry(placemark: Element) -> bytes | None:
    try:
        return to_wkb_2d(shape_of(placemark))
    except (ValueError, ShapelyError):
        return UNREADABLE


def _table_rows(html: str) -> list[tuple[str, str | None]]:
    """Return name and value of the rows with exactly two cells of an HTML table; empty for other texts.

    ArcGIS writes attributes this way into descriptions.

    >>> _table_rows("<table><tr><td colspan=2>甲镇</td></tr><tr><td>代码</td><td>340811100</td></tr></table>")
    [('代码', '340811100')]
    """
    if "<td" not in html.lower():
        return []
    parser = _TableRows()
    parser.feed(html)
    parser.close()
    return [(row[0].strip(), row[1].strip() or None) for row in parser.rows if len(row) == 2 and row[0].strip()]


class _TableRows(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self._within = False

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
        self._within = tag in {"td", "th"} or (self._within and tag not in {"tr", "table", "script", "style"})

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr", "table"}:
            self._within = False

    def handle_data(self, data: str) -> None:
        if self._within and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data
