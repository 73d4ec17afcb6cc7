"""Preparation of GeoJSON for GDAL: UTF-8, and a completeness check, since GDAL silently drops lines that it cannot read."""

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


def prepare_geojson(path: Path, kind: str, out: Path, notes: list[str]) -> Path:
    """Return the path of a complete GeoJSON file in UTF-8; one of another encoding is rewritten into ``out``.

    Raises
    ------
    UnreadableFile
        The file is truncated.
    InputError
        A line of GeoJSONL is not JSON.
    WrongEncoding
        Its encoding is not supported.
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
    """Raise for the first line, or record after a separator, that is not a JSON object."""
    with path.open("rb") as file:
        separated = file.read(1) == _SEPARATOR
    with path.open("rb") as file:
        lines = file.read().split(_SEPARATOR) if separated else file
        bad = ""
        for number, line in enumerate(lines, 0 if separated else 1):
            text = line.removeprefix(_MARK).strip()
            if text and bad:
                raise InputError(f"{bad} is not a JSON object; each must be one feature")
            if text and not _is_object(text):
                bad = f"{'record' if separated else 'line'} {number}"
    if bad:
        raise UnreadableFile(f"the file is damaged or cut short: its last {bad} is not a JSON object")


def has_geometries(path: Path, kind: str, count: int) -> Bools:
    """Return a mask of the features that have a geometry, shape ``(count,)``; GDAL returns none for unreadable geometries.

    Raises :class:`UnreadableFile` if the file holds another number of features.
    """
    try:
        features = _features(path.read_bytes(), kind)
    except ValueError as e:
        raise UnreadableFile("the file is damaged: GDAL reads it, but it is not JSON throughout") from e
    present = np.array([isinstance(f, dict) and bool(f.get("geometry")) for f in features], bool)
    if len(present) != count:
        raise UnreadableFile(f"GDAL reads {count} features where the file holds {len(present)}; each must be a GeoJSON Feature")
    return present


def _features(data: bytes, kind: str) -> list[Any]:
    if kind == "geojson":
        document = orjson.loads(data.removeprefix(_MARK))
        features = document.get("features", [document]) if isinstance(document, dict) else [document]
        return features if isinstance(features, list) else [features]
    lines = data.split(_SEPARATOR) if data.startswith(_SEPARATOR) else data.splitlines()
    return [orjson.loads(text) for line in lines if (text := line.removeprefix(_MARK).strip())]


def _is_object(text: bytes) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except ValueError:
        return False


def _as_utf8(path: Path, out: Path, notes: list[str]) -> Path:
    """Return the path of GeoJSON in UTF-8, the only encoding that GDAL reads; other encodings are rewritten into ``out``."""
    encoding = find_encoding(path)
    if encoding in {"utf-8", "utf-8-sig"}:
        return path
    notes.append(f"the file is not UTF-8, as GeoJSON must be; it was decoded as {encoding}")
    try:
        (out / path.name).write_text(path.read_text(encoding), "utf-8")
    except UnicodeDecodeError as e:
        raise WrongEncoding(f"byte {e.start} is not {encoding} like the text before; allowed: UTF-8") from e
    return out / path.name
