"""Tables in JSON: lists of records, or areas inside each other with their names and codes."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from geoservice.errors import EmptyFile, UnreadableFile
from geoservice.ingest.raw_table import Meta, Rows, text_schema

Record = dict[str, str | None]
CODE, NAME, PARENT = "code", "name", "parent"
_DEPTH = 4


def read_json(path: Path, layer: str | None) -> Rows:
    """Return schema, rows and metadata of a JSON file; every column is text.

    Records are the objects of its lists; inner objects become columns such as ``old code``. ``layer`` is the key of one list,
    by default all are read. A file without lists of objects holds areas: objects whose keys are codes with a name inside, names
    with a ``code`` inside, or names with their codes as values; each is a row with code, name and the code around it.

    Raises
    ------
    UnreadableFile
        It is no JSON, or has no list of the name ``layer``.
    EmptyFile
        It has neither records nor areas.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as e:
        raise UnreadableFile("it is not JSON in UTF-8") from e
    lists = dict(_lists(content, "", 0))
    if layer is not None and layer not in lists:
        raise UnreadableFile(f"no list {layer!r:.80}; there are {', '.join(lists) or 'none'}")
    chosen = lists if layer is None else {layer: lists[layer]}
    records = [_flat(record) for rows in chosen.values() for record in rows] or list(_areas(content, None))
    if not records:
        raise EmptyFile("there are no records and no codes with names in it")
    headers = list(dict.fromkeys(key for record in records for key in record))
    notes = [f"lists {', '.join(chosen)} were read as one; choose one with --layer"] if len(chosen) > 1 else []
    schema = text_schema(headers)
    values = [pa.array([r.get(h) for r in records], pa.string()) for h in headers]
    columns: list[Any] = [pa.array(range(1, len(records) + 1), pa.int64()), *values]
    batch = pa.RecordBatch.from_arrays(columns, schema=schema)
    return schema, iter([batch]), Meta(encoding="utf-8", layer=layer or "", notes=notes)


def _lists(value: object, key: str, depth: int) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Yield the lists of objects with their keys."""
    if isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
        yield key, value
    elif isinstance(value, dict) and depth < _DEPTH:
        for name, inner in value.items():
            yield from _lists(inner, str(name), depth + 1)


def _flat(record: Mapping[str, Any], prefix: str = "") -> Record:
    """Return a record as text, inner objects as columns with their key before each name.

    >>> _flat({"year": 2010, "old": {"code": "420600", "name": None}})
    {'year': '2010', 'old code': '420600', 'old name': None}
    """
    flat: Record = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key} ")
        else:
            flat[prefix + key] = _text(value)
    return flat


def _text(value: object) -> str | None:
    if isinstance(value, list):
        return ";".join(text for v in value if (text := _text(v)) is not None) or None
    if value is None or value == "":
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _areas(value: object, parent: str | None) -> Iterator[Record]:
    """Yield the areas of objects inside each other.

    >>> town = {"340811000000": {"county": "宜秀区", "townships": {"杨桥镇": "340811100000"}}}
    >>> [list(area.values()) for area in _areas(town, None)]
    [['340811000000', '宜秀区', None], ['340811100000', '杨桥镇', '340811000000']]
    """
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if _is_code(inner):
            if key not in {CODE, PARENT}:
                yield {CODE: inner, NAME: key, PARENT: parent}
        elif isinstance(inner, dict):
            code, name = _code_and_name(key, inner)
            if code and name:
                yield {CODE: code, NAME: name, PARENT: parent}
            yield from _areas(inner, code or parent)


def _code_and_name(key: str, inner: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return code and name of an object, each of them its key or a text in it."""
    texts = [v for v in inner.values() if isinstance(v, str) and v and not _is_code(v)]
    if _is_code(key):
        return key, str(inner.get(NAME) or (texts[0] if len(texts) == 1 else "")) or None
    code = inner.get(CODE)
    return (str(code), str(inner.get(NAME) or key)) if _is_code(code) else (None, None)


def _is_code(value: object) -> bool:
    return isinstance(value, str) and len(value) >= 2 and value.isascii() and value.isdigit()
