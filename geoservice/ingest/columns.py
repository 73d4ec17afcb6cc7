"""Which of a file's headers is which of our columns: told, remembered, or guessed from a table of synonyms."""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from geoservice.errors import MissingColumn
from geoservice.ingest.header_names import PAIR_FIELDS, PAIR_ORDERS, Fits, datum_of, guess
from geoservice.ingest.level_columns import level_columns
from geoservice.ingest.report import Options
from geoservice.schema import GROUP_PREFIX, TableName
from geoservice.study import Study


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, dict[str, tuple[str, ...]]]:
    table = tomllib.loads(files(__package__).joinpath("synonyms.toml").read_text("utf-8"))
    return {t: {f: tuple(words) for f, words in fields.items()} for t, fields in table.items()}


def fields_of(table: TableName, study: Study) -> dict[str, tuple[str, ...]]:
    """Return the columns that a file for a table may have, each with its names, our own first."""
    known = _synonyms()
    fields = {f: (f, *words) for f, words in known[table].items()}
    if table in {"households", "population"}:
        for g in study.groups:
            fields[GROUP_PREFIX + g.id] = (g.id, GROUP_PREFIX + g.id, g.title.zh, g.title.en, *known["groups"].get(g.id, ()))
    return fields


def header_words(table: TableName, study: Study, options: Options) -> dict[str, tuple[str, ...]]:
    """Return by what names the header of a file is found: those of :func:`fields_of`, and what the options name."""
    fields = fields_of(table, study)
    return {**fields, **{f: (h, *fields.get(f, ())) for f, h in options.mapping.items() if h}}


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
    fits: Fits = lambda _f, _h: True,
) -> dict[str, str]:
    """Return column -> header: what the options say, then what was remembered, then what is guessed from the rest.

    Guesses are made from the headers, and kept where the values fit.

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
    levels = level_columns(left) if table == "areas" and not told else None
    if levels:
        told = levels.mapping
        left = [h for h in left if h not in told.values() and h not in levels.others]
    datum = next((datum_of(told[f]) for f in ("lon", "lat") if told.get(f)), None)
    guessed = guess(left, {f: w for f, w in fields.items() if f not in told}, fits, datum)
    found = {**guessed, **{f: h for f, h in told.items() if h}}
    rivals = _rivals(said, found)
    return {f: found[f] for f in allowed if f in found and f not in rivals}


def _rivals(said: Mapping[str, str], found: Mapping[str, str]) -> Sequence[str]:
    """Return the columns of places that give way: to what was said, or pairs to a longitude and a latitude of their own."""
    if any(said.get(f) for f in PAIR_ORDERS):
        return ["lon", "lat", *(f for f in PAIR_FIELDS if not said.get(f))]
    if "lon" in found and "lat" in found and not said.get("coordinates"):
        return PAIR_FIELDS
    return ["lon", "lat"] if any(f in found for f in PAIR_FIELDS) else []


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
