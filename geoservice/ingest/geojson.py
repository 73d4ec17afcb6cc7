"""GeoJSON before GDAL reads it: in UTF-8, and whole, since GDAL leaves out lines that it cannot read."""

import codecs
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from geoservice.errors import InputError, UnreadableFile, WrongEncoding
from geoservice.geo import Bools
from geoservice.ingest.encodings import find_encoding

_END = 4096
_SEPARATOR, _MARK = b"\x1e", codecs.BOM_UTF8


def whole_geojson(path: Path, kind: str, out: Path, notes: list[str]) -> Path:
    """Return GeoJSON that is whole, as UTF-8: a file of another encoding is written anew next to the answer.

    Raises
    ------
    UnreadableFile
        It is cut short.
    InputError
        A line of GeoJSONL is no JSON.
    WrongEncoding
        It is in no encoding that is read.
    """
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _END, 0))
        if not file.read().rstrip(b" \t\r\n\0" + _SEPARATOR).endswith(b"}"):
            raise UnreadableFile("the JSON is cut short: it does not end with a bracket }")
    path = _as_utf8(path, out, notes)
    if kind == "geojsonl":
        _check_lines(path)
    return path


def _check_lines(path: Path) -> None:
    """Raise for the first line, or record after a separator, that is no JSON object."""
    with path.open("rb") as file:
        separated = file.read(1) == _SEPARATOR
    with path.open("rb") as file:
        lines = file.read().split(_SEPARATOR) if separated else file
        bad = ""
        for number, line in enumerate(lines, 0 if separated else 1):
            text = line.removeprefix(_MARK).strip()
            if text and bad:
                raise InputError(f"{bad} is no JSON object; allowed is one feature each")
            if text and not _is_object(text):
                bad = f"{'record' if separated else 'line'} {number}"
    if bad:
        raise UnreadableFile(f"the file is damaged or cut short: its last {bad} is no JSON object")


def has_geometries(path: Path, kind: str, count: int) -> Bools:
    """Return which of the features have a geometry, shape ``(count,)``: GDAL gives none for one that it cannot read.

    Raises :class:`UnreadableFile` where the file does not hold so many features.
    """
    try:
        features = _features(path.read_bytes(), kind)
    except ValueError as e:
        raise UnreadableFile("the file is damaged: GDAL reads it, but it is not JSON throughout") from e
    there = np.array([isinstance(f, dict) and bool(f.get("geometry")) for f in features], bool)
    if len(there) != count:
        raise UnreadableFile(
            f"GDAL reads {count} features where the file holds {len(there)}; each must be a Feature of GeoJSON"
        )
    return there


def _features(data: bytes, kind: str) -> list[Any]:
    if kind == "geojson":
        whole = orjson.loads(data.removeprefix(_MARK))
        features = whole.get("features", [whole]) if isinstance(whole, dict) else [whole]
        return features if isinstance(features, list) else [features]
    lines = data.split(_SEPARATOR) if data.startswith(_SEPARATOR) else data.splitlines()
    return [orjson.loads(text) for line in lines if (text := line.removeprefix(_MARK).strip())]


def _is_object(text: bytes) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except ValueError:
        return False


def _as_utf8(path: Path, out: Path, notes: list[str]) -> Path:
    """Return GeoJSON as UTF-8, which is all that GDAL reads: a file of another encoding is written anew next to the answer."""
    encoding = find_encoding(path)
    if encoding in {"utf-8", "utf-8-sig"}:
        return path
    notes.append(f"the file is not UTF-8, as GeoJSON must be; it was read as {encoding}")
    try:
        (out / path.name).write_text(path.read_text(encoding), "utf-8")
    except UnicodeDecodeError as e:
        raise WrongEncoding(f"byte {e.start} is not {encoding} as the text before it; allowed: UTF-8") from e
    return out / path.name
