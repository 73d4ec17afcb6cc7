"""GPX: waypoints as points; routes and tracks as lines, where they are chosen."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import shapely
from shapely.errors import ShapelyError

from geoservice.errors import EmptyFile, InputError
from geoservice.ingest.features import UNREADABLE, Features, add_property, combine, to_wkb_2d
from geoservice.ingest.raw_table import Meta, Rows
from geoservice.ingest.xml_records import Element, read_records

LAYERS = {"waypoints": "wpt", "routes": "rte", "tracks": "trk"}
_TEXTS = ("name", "cmt", "desc", "src", "sym", "type", "number", "ele", "time")


def read_gpx(path: Path, layer: str | None) -> Rows:
    """Return schema, batches and metadata; ``layer`` is ``waypoints`` (also for None), ``routes`` or ``tracks``.

    Raises
    ------
    UnreadableFile, WrongEncoding
        As :func:`geoservice.ingest.xml_records.read_records`.
    EmptyFile, InputError
        The layer is empty; the layer does not exist.
    """
    chosen = layer or "waypoints"
    if chosen not in LAYERS:
        raise InputError(f"there is no layer {layer!r}; layers of GPX are {', '.join(LAYERS)}")
    features, counts = Features(), Counter[str]()

    def add_record(element: Element, _within: Sequence[Element]) -> None:
        counts[element.tag] += 1
        if element.tag == LAYERS[chosen]:
            features.add(counts[element.tag], _properties(element), _geometry(element))

    encoding = read_records(path, "gpx", tuple(LAYERS.values()), add_record)
    others = [f"{counts[tag]} {name} (--layer {name})" for name, tag in LAYERS.items() if counts[tag] and name != chosen]
    if not len(features):
        raise EmptyFile(f"the file holds no {chosen}{', only ' if others else ''}{', '.join(others)}")
    notes = [f"the {chosen} were read; not read: {', '.join(others)}"] if others else []
    return features.table(Meta(encoding, crs="EPSG:4326", layer=chosen, notes=notes))


def _properties(element: Element) -> dict[str, str | None]:
    properties = {tag: element.value(tag) for tag in _TEXTS}
    properties["link"] = next((e.attributes.get("href") for e in element.find("link")), None)
    for extension in element.find("extensions"):
        for leaf in _leaves(extension):
            add_property(properties, leaf.tag, leaf.text or None)
    return properties


def _leaves(element: Element) -> Iterator[Element]:
    for child in element.children:
        if child.children:
            yield from _leaves(child)
        else:
            yield child


def _geometry(element: Element) -> bytes | None:
    try:
        if element.tag == "wpt":
            return to_wkb_2d(shapely.points(*_lon_lat(element)))
        segments = [element.find("rtept")] if element.tag == "rte" else [s.find("trkpt") for s in element.find("trkseg")]
        lines = [[_lon_lat(p) for p in points] for points in segments]
        return to_wkb_2d(combine([shapely.linestrings(line) for line in lines if len(line) > 1]))
    except (ValueError, KeyError, ShapelyError):
        return UNREADABLE


def _lon_lat(point: Element) -> tuple[float, float]:
    lon, lat = float(point.attributes["lon"]), float(point.attributes["lat"])
    if not np.isfinite([lon, lat]).all():
        raise ValueError("lon and lat must be finite numbers")
    return lon, lat
