"""KML: placemarks with their names, folders, ExtendedData and geometry. Nothing that a file refers to is fetched.

GDAL's driver is not used: it replaces Chinese names of ExtendedData by underscores, drops SchemaData whose Schema is not in the
file, and reads a coordinate that is no number as 0.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from shapely.errors import ShapelyError

from geoservice.errors import EmptyFile, InputError
from geoservice.ingest.features import UNREADABLE, Features, put, wkb
from geoservice.ingest.html_table import table_rows
from geoservice.ingest.kml_geometry import shape_of
from geoservice.ingest.raw_table import Meta, Rows
from geoservice.ingest.xml_records import Element, read_records

_LEFT_OUT = {
    "NetworkLink": "links to other files (NetworkLink), which are not followed",
    "GroundOverlay": "pictures on the ground",
    "ScreenOverlay": "pictures on the screen",
    "PhotoOverlay": "photographs",
    "Tour": "tours",
}
_FOLDERS = ("Folder", "Document")
_TEXTS = ("description", "address", "phoneNumber", "Snippet")


def read_kml(path: Path, layer: str | None) -> Rows:
    """Return schema, batches and how the placemarks were read; ``layer`` is a folder's name or its path, None for all.

    Raises
    ------
    UnreadableFile, WrongEncoding
        As :func:`geoservice.ingest.xml_records.read_records`.
    EmptyFile, InputError
        No placemarks; no such folder.
    """
    features, others, folders, tables = Features(), Counter[str](), dict[str, None](), Counter[str]()

    def take(element: Element, within: Sequence[Element]) -> None:
        others[element.tag] += 1
        if element.tag != "Placemark":
            return
        folder = _folder(within)
        folders.setdefault(folder)
        if layer is None or layer == folder or layer in folder.split("/"):
            features.add(others["Placemark"], _properties(element, folder, tables), _geometry(element))

    encoding = read_records(path, "kml", ("Placemark", *_LEFT_OUT), take)
    left = [f"{others[tag]} {what}" for tag, what in _LEFT_OUT.items() if others[tag]]
    if not others["Placemark"]:
        raise EmptyFile(f"the file holds no placemarks{', only ' if left else ''}{', '.join(left)}")
    if not len(features):
        raise InputError(f"there is no folder {layer!r}; folders are {[f for f in folders if f][:20]}")
    notes = [f"not read: {', '.join(left)}"] if left else []
    if tables:
        notes.append(f"columns {list(tables)} were read out of tables in the descriptions")
    return features.table(Meta(encoding, crs="EPSG:4326", layer=layer or "", notes=notes))


def _folder(within: Sequence[Element]) -> str:
    """Return the names of the folders that a placemark lies in, without the document's."""
    inner = [e for e in within[1:] if e.tag in _FOLDERS]
    names = [e.value("name") or "" for e in (inner[1:] if inner and inner[0].tag == "Document" else inner)]
    return "/".join(n for n in names if n)


def _properties(placemark: Element, folder: str, tables: Counter[str]) -> dict[str, str | None]:
    found = {"id": placemark.attributes.get("id"), "name": placemark.value("name"), "folder": folder or None}
    found |= {tag: placemark.value(tag) for tag in _TEXTS}
    for tag, path in (("when", ("TimeStamp", "when")), ("begin", ("TimeSpan", "begin")), ("end", ("TimeSpan", "end"))):
        found[tag] = placemark.value(*path)
    data = [(d.attributes.get("name", ""), d.value("value")) for d in placemark.find("ExtendedData", "Data")]
    simple = placemark.find("ExtendedData", "SchemaData", "SimpleData")
    data += [(d.attributes.get("name", ""), d.text or None) for d in simple]
    if not data:
        data = table_rows(found["description"] or "")
        tables.update(name for name, _ in data)
    for name, value in data:
        put(found, name, value)
    return found


def _geometry(placemark: Element) -> bytes | None:
    try:
        return wkb(shape_of(placemark))
    except (ValueError, ShapelyError):
        return UNREADABLE
