"""Mapping of our columns to a file's headers: from the options, remembered from an earlier import, or guessed."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from geoservice.errors import MissingColumn
from geoservice.ingest.age_groups import group_names
from geoservice.ingest.coordinate_headers import other_axis
from geoservice.ingest.header_names import PAIR_FIELDS, PAIR_ORDERS, guess_columns
from geoservice.ingest.header_patterns import score
from geoservice.ingest.header_vocabulary import Names, names_of
from geoservice.ingest.level_columns import level_columns
from geoservice.ingest.report import Options
from geoservice.ingest.sample import Sample
from geoservice.schema import GROUP_PREFIX, TableName
from geoservice.study import Study

_MIN_ROWS = 3
"""Fewer rows do not show which column holds the parents."""
_MIN_LETTERS = 2
_PARENT_CODES: Names = {
    "names": ["{region}{code}, {level}{code}, {code}{region}, {any}{code}, cd uf, uf, dep, statefp"],
    "never": "country, cntr, ctry, nation, iso, 国家",
}


def fields_of(table: TableName, study: Study) -> dict[str, Names]:
    """Return the columns that a file for a table may have, each with the names files use for it."""
    fields = dict(names_of(table))
    if table in {"households", "population"}:
        fields |= {GROUP_PREFIX + g.id: group_names(g) for g in study.groups}
    return fields


def header_names(table: TableName, study: Study, options: Options) -> dict[str, Names]:
    """Return the column names by which the header row is recognised: those of :func:`fields_of` and those in the options."""
    fields = fields_of(table, study)
    stated: dict[str, Names] = {f: {"names": [h]} for f, h in options.mapping.items() if h}
    return fields | {f: {**fields.get(f, {}), "names": [*n["names"], *fields.get(f, n)["names"]]} for f, n in stated.items()}


def memory_key(table: TableName, headers: Iterable[str]) -> str:
    """Return the key under which the mapping of a set of headers is remembered."""
    digest = hashlib.sha256(json.dumps(sorted(headers), ensure_ascii=False).encode()).hexdigest()[:32]
    return f"mapping/{table}/{digest}"


def map_columns(
    table: TableName,
    headers: Sequence[str],
    study: Study,
    options: Options,
    remembered: str | None,
    sample: Sample | None = None,
    doubts: dict[str, list[str]] | None = None,
) -> dict[str, str]:
    """Return column -> header: from the options, then as remembered, then guessed for the remaining columns.

    Guesses come from the headers and are checked against the values of the sample. ``doubts`` collects the columns for which
    several headers are equally good; these stay unmapped.

    Raises
    ------
    MissingColumn
        The options name an unknown column, or a header that is not in the file.
    """
    fields, stated = fields_of(table, study), dict(options.mapping)
    allowed = [*fields, *(PAIR_ORDERS if "coordinates" in fields else ())]
    if unknown := sorted(set(stated) - set(allowed)):
        raise MissingColumn(f"mapping: {unknown} are not columns of {table}; its columns are {allowed}")
    if missing := sorted({h for h in stated.values() if h} - set(headers)):
        raise MissingColumn(f"mapping: the file has no column {missing}; its columns are {list(headers)}")
    previous: dict[str, str] = json.loads(remembered) if remembered else {}
    usable = {f: h for f, h in previous.items() if f in allowed and (not h or h in headers) and h not in stated.values()}
    decided = {**usable, **stated}
    remaining = [h for h in headers if h not in decided.values()]
    filled = [h for h in remaining if sample is None or sample.values(h)]
    levels = level_columns(filled) if table == "areas" and not decided else None
    if levels and (sample is None or sample.grade("code", levels.mapping["code"], True) == 1):
        decided = levels.mapping
        remaining = [h for h in remaining if h not in decided.values() and h not in levels.others]
    decided |= _other_axis(decided, remaining, fields)
    remaining = [h for h in remaining if h not in decided.values()]
    open_fields = {f: names for f, names in fields.items() if f not in decided}
    if sample is None:
        guessed = guess_columns(remaining, open_fields, doubts=doubts)
    else:
        guessed = guess_columns(remaining, open_fields, sample.grade, doubts)
    mapping = {**guessed, **{f: h for f, h in decided.items() if h}}
    if table == "areas" and sample and not {"parent"} & {*mapping, *decided, *(doubts or ())} and (code := mapping.get("code")):
        parent = _parent_by_codes([h for h in remaining if h not in mapping.values()], code, sample)
        mapping |= {"parent": parent} if parent else {}
    superseded = _superseded(stated, mapping)
    return {f: mapping[f] for f in allowed if f in mapping and f not in superseded}


def _parent_by_codes(headers: Sequence[str], code: str, sample: Sample) -> str | None:
    """Return the header of codes that are prefixes of those below ``code``, the longest if there are several; else None.

    >>> import pyarrow as pa
    >>> table = pa.table({"code": ["340811001", "340811002", "340822100"], "areaCode": ["340811", "340811", "340822"]})
    >>> _parent_by_codes(["code", "areaCode"], "code", Sample(table))
    'areaCode'
    """
    best, length = None, 0
    for header in headers:
        if header == code or not score(header, "parent", _PARENT_CODES):
            continue
        rows = sample.rows(code, header)
        shortest = min((len(above) for _, above in rows), default=0)
        if len(rows) < _MIN_ROWS or shortest < max(_MIN_LETTERS, length + 1):
            continue
        if all(own.startswith(above) and own != above for own, above in rows):
            best, length = header, shortest
    return best


def _other_axis(decided: Mapping[str, str], headers: Sequence[str], fields: Mapping[str, Names]) -> dict[str, str]:
    """Return the header of the coordinate that is not mapped while the other one is, so that both have one datum."""
    for field, other in (("lon", "lat"), ("lat", "lon")):
        if decided.get(field) and other not in decided and (header := other_axis(field, decided[field], headers, fields)):
            return {other: header}
    return {}


def _superseded(stated: Mapping[str, str], mapping: Mapping[str, str]) -> Sequence[str]:
    """Return the coordinate columns to leave out: those the options override, or pairs where longitude and latitude exist."""
    if any(stated.get(f) for f in PAIR_ORDERS):
        return ["lon", "lat", *(f for f in PAIR_FIELDS if not stated.get(f))]
    if "lon" in mapping and "lat" in mapping and not stated.get("coordinates"):
        return PAIR_FIELDS
    return ["lon", "lat"] if any(f in mapping for f in PAIR_FIELDS) else []


def doubt_notes(doubts: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a note for each column with several equally good headers.

    >>> doubt_notes({"persons": ["人口", "总人口"]})
    ["persons: '人口' and '总人口' fit equally well, so none was used; choose one with --map persons=人口"]
    """
    return [
        f"{field}: {' and '.join(map(repr, headers))} fit equally well, so none was used; "
        f"choose one with --map {field}={headers[0]}"
        for field, headers in doubts.items()
    ]


def remembered_text(mapping: Mapping[str, str], options: Options) -> str:
    """Return a mapping as JSON to remember, including the columns that the options leave out."""
    left_out = {f: "" for f, h in options.mapping.items() if not h}
    return json.dumps({**mapping, **left_out}, ensure_ascii=False, sort_keys=True)


def require(
    table: TableName, mapping: Mapping[str, str], headers: Sequence[str], needed: Sequence[str], hint: str = ""
) -> None:
    """Raise :class:`MissingColumn` if a needed column is not mapped."""
    if missing := [f for f in needed if f not in mapping]:
        raise MissingColumn(
            f"{table}: no column matches {missing}; the file's columns are {list(headers)}; "
            f"map them, e.g. --map {missing[0]}=HEADER{hint}"
        )
