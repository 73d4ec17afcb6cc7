"""Which of a file's headers is which of our columns: told, remembered, or guessed from a table of synonyms."""

import hashlib
import json
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from geoservice.errors import MissingColumn
from geoservice.ingest.level_columns import level_columns
from geoservice.ingest.report import Options
from geoservice.schema import GROUP_PREFIX, TableName
from geoservice.study import Study

THRESHOLD = 0.6
"""Least score of a guess."""
_BRACKETS = re.compile(r"[(\[【（].*?[)\]】）]")


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, dict[str, tuple[str, ...]]]:
    table = tomllib.loads(files(__package__).joinpath("synonyms.toml").read_text("utf-8"))
    return {t: {f: tuple(words) for f, words in fields.items()} for t, fields in table.items()}


def plain(header: str) -> str:
    """Return a header as it is compared: narrow, lower case, no spaces, underscores, hyphens or full stops.

    >>> plain("Household_ID"), plain("人口 (人)")
    ('householdid', '人口(人)')
    """
    return re.sub(r"[\s_\-.·:：]", "", unicodedata.normalize("NFKC", header).lower())


def score(header: str, words: Sequence[str]) -> float:
    """Score a header against a column's names, best names first: 1 the same, >= 0.6 worth a guess, 0 nothing alike.

    >>> score("人口(人)", ["人口"]) > score("总人口数", ["人口数"]) > 0.6 > score("流动人口", ["人口"])
    True
    """
    whole = plain(header)
    bare = plain(_BRACKETS.sub("", unicodedata.normalize("NFKC", header))) or whole
    best = 0.0
    for place, word in enumerate(words):
        known = plain(word)
        if whole == known:
            best = max(best, 1 - place / 1000)
        elif bare == known:
            best = max(best, 0.95 - place / 1000)
        elif len(whole) >= 8 and known.startswith(whole) and header.isascii():
            best = max(best, 0.85 - place / 1000)  # a shapefile cuts names to ten letters
        elif len(known) >= 2 and known in bare and len(known) >= 0.6 * len(bare):
            best = max(best, 0.5 + 0.4 * len(known) / len(bare) - place / 1000)
    return best


def fields_of(table: TableName, study: Study) -> dict[str, tuple[str, ...]]:
    """Return the columns that a file for a table may have, each with its names, our own first."""
    known = _synonyms()
    fields = {f: (f, *words) for f, words in known[table].items()}
    if table in {"households", "population"}:
        for g in study.groups:
            fields[GROUP_PREFIX + g.id] = (g.id, GROUP_PREFIX + g.id, g.title.zh, g.title.en, *known["groups"].get(g.id, ()))
    return fields


Fits = Callable[[str, str], bool]
"""Whether the values below a header (the second) can be those of a column (the first)."""


def guess(headers: Sequence[str], fields: Mapping[str, Sequence[str]], fits: Fits = lambda _f, _h: True) -> dict[str, str]:
    """Return column -> header, best scores first, each header once; ties go to the earlier column, then the earlier header.

    A header whose values do not fit a column is passed over for it, unless it is the column's own name.

    >>> guess(["户号", "X", "Y", "备注"], {"id": ["户号"], "lon": ["经度", "x"], "lat": ["纬度", "y"]})
    {'id': '户号', 'lon': 'X', 'lat': 'Y'}
    """
    scored = sorted(
        (-score(h, words), i, j, f, h) for i, (f, words) in enumerate(fields.items()) for j, h in enumerate(headers)
    )
    found: dict[str, str] = {}
    for negative, _, _, f, h in scored:
        if -negative >= THRESHOLD and f not in found and h not in found.values() and (plain(h) == plain(f) or fits(f, h)):
            found[f] = h
    return {f: found[f] for f in fields if f in found}


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
    fields = fields_of(table, study)
    said = dict(options.mapping)
    if unknown := sorted(set(said) - set(fields)):
        raise MissingColumn(f"mapping: {unknown} are no columns of {table}; columns are {list(fields)}")
    if absent := sorted({h for h in said.values() if h} - set(headers)):
        raise MissingColumn(f"mapping: the file has no column {absent}; its columns are {list(headers)}")
    before: dict[str, str] = json.loads(remembered) if remembered else {}
    told = {**{f: h for f, h in before.items() if f in fields and (not h or h in headers) and h not in said.values()}, **said}
    left = [h for h in headers if h not in told.values()]
    levels = level_columns(left) if table == "areas" and not told else None
    if levels:
        told = levels.mapping
        left = [h for h in left if h not in told.values() and h not in levels.others]
    guessed = guess(left, {f: w for f, w in fields.items() if f not in told}, fits)
    found = {**guessed, **{f: h for f, h in told.items() if h}}
    return {f: found[f] for f in fields if f in found}


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
