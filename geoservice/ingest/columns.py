"""Which of a file's headers is which of our columns: told, remembered, or guessed from names and values."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

from geoservice.errors import MissingColumn
from geoservice.ingest.age_groups import group_names
from geoservice.ingest.coordinate_headers import other_axis
from geoservice.ingest.header_names import PAIR_FIELDS, PAIR_ORDERS, guess
from geoservice.ingest.header_vocabulary import Names, names_of
from geoservice.ingest.level_columns import level_columns
from geoservice.ingest.parent_columns import parent_by_codes
from geoservice.ingest.report import Options
from geoservice.ingest.sample import Sample
from geoservice.schema import GROUP_PREFIX, TableName
from geoservice.study import Study


def fields_of(table: TableName, study: Study) -> dict[str, Names]:
    """Return the columns that a file for a table may have, each with its names."""
    fields = dict(names_of(table))
    if table in {"households", "population"}:
        fields |= {GROUP_PREFIX + g.id: group_names(g) for g in study.groups}
    return fields


def header_words(table: TableName, study: Study, options: Options) -> dict[str, Names]:
    """Return by what names the header of a file is found: those of :func:`fields_of`, and what the options name."""
    fields = fields_of(table, study)
    said: dict[str, Names] = {f: {"names": [h]} for f, h in options.mapping.items() if h}
    return fields | {f: {**fields.get(f, {}), "names": [*n["names"], *fields.get(f, n)["names"]]} for f, n in said.items()}


def memory_key(table: TableName, headers: Iterable[str]) -> str:
    """Return the name under which the mapping of a set of headers is remembered."""
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
    """Return column -> header: what the options say, then what was remembered, then what is guessed from the rest.

    Guesses are made from the headers, and kept where the values of the sample fit. ``doubts`` gets the columns that two headers
    or more are equally good for, which are left out.

    Raises
    ------
    MissingColumn
        The options name a column we do not have or a header the file does not have.
    """
    fields, said = fields_of(table, study), dict(options.mapping)
    allowed = [*fields, *(PAIR_ORDERS if "coordinates" in fields else ())]
    if unknown := sorted(set(said) - set(allowed)):
        raise MissingColumn(f"mapping: {unknown} are no columns of {table}; columns are {allowed}")
    if absent := sorted({h for h in said.values() if h} - set(headers)):
        raise MissingColumn(f"mapping: the file has no column {absent}; its columns are {list(headers)}")
    before: dict[str, str] = json.loads(remembered) if remembered else {}
    told = {**{f: h for f, h in before.items() if f in allowed and (not h or h in headers) and h not in said.values()}, **said}
    left = [h for h in headers if h not in told.values()]
    filled = [h for h in left if sample is None or sample.values(h)]
    levels = level_columns(filled) if table == "areas" and not told else None
    if levels and (sample is None or sample.grade("code", levels.mapping["code"], True) == 1):
        told = levels.mapping
        left = [h for h in left if h not in told.values() and h not in levels.others]
    told |= _other_axis(told, left, fields)
    left = [h for h in left if h not in told.values()]
    asked = {f: names for f, names in fields.items() if f not in told}
    guessed = guess(left, asked, doubts=doubts) if sample is None else guess(left, asked, sample.grade, doubts)
    found = {**guessed, **{f: h for f, h in told.items() if h}}
    if table == "areas" and sample and not {"parent"} & {*found, *told, *(doubts or ())} and (code := found.get("code")):
        above = parent_by_codes([h for h in left if h not in found.values()], code, sample)
        found |= {"parent": above} if above else {}
    rivals = _rivals(said, found)
    return {f: found[f] for f in allowed if f in found and f not in rivals}


def _other_axis(told: Mapping[str, str], headers: Sequence[str], fields: Mapping[str, Names]) -> dict[str, str]:
    """Return the other coordinate of one that was told, so that both are of one datum; nothing where it was told too."""
    for field, other in (("lon", "lat"), ("lat", "lon")):
        if told.get(field) and other not in told and (header := other_axis(field, told[field], headers, fields)):
            return {other: header}
    return {}


def _rivals(said: Mapping[str, str], found: Mapping[str, str]) -> Sequence[str]:
    """Return the columns of places that give way: to what was said, or pairs to a longitude and a latitude of their own."""
    if any(said.get(f) for f in PAIR_ORDERS):
        return ["lon", "lat", *(f for f in PAIR_FIELDS if not said.get(f))]
    if "lon" in found and "lat" in found and not said.get("coordinates"):
        return PAIR_FIELDS
    return ["lon", "lat"] if any(f in found for f in PAIR_FIELDS) else []


def doubt_notes(doubts: Mapping[str, Sequence[str]]) -> list[str]:
    """Return a note for each column that has several equally good headers.

    >>> doubt_notes({"persons": ["人口", "总人口"]})
    ["persons: '人口' and '总人口' are equally good, none was taken; say which: --map persons=人口"]
    """
    return [
        f"{field}: {' and '.join(map(repr, headers))} are equally good, none was taken; say which: --map {field}={headers[0]}"
        for field, headers in doubts.items()
    ]


def remembered_text(mapping: Mapping[str, str], options: Options) -> str:
    """Return a mapping as it is remembered: with the columns that were said to be left out."""
    left_out = {f: "" for f, h in options.mapping.items() if not h}
    return json.dumps({**mapping, **left_out}, ensure_ascii=False, sort_keys=True)


def require(
    table: TableName, mapping: Mapping[str, str], headers: Sequence[str], needed: Sequence[str], hint: str = ""
) -> None:
    """Raise :class:`MissingColumn` if a needed column was neither told nor found."""
    if missing := [f for f in needed if f not in mapping]:
        raise MissingColumn(
            f"{table}: no column found for {missing}; the file's columns are {list(headers)}; "
            f"say which is which, e.g. --map {missing[0]}=HEADER{hint}"
        )
