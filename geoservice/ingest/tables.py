"""Checked cells to the rows of each private table, in the columns and types of :mod:`geoservice.schema`."""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.errors import InputError, MissingColumn
from geoservice.ingest import words
from geoservice.ingest.arrow import Column, bools
from geoservice.ingest.arrow import compute as pc
from geoservice.ingest.cells import Cells
from geoservice.ingest.columns import require
from geoservice.ingest.geometry import read_points, read_polygons
from geoservice.ingest.places import Areas, check_inside
from geoservice.ingest.report import Options
from geoservice.ingest.values import floats_or_null
from geoservice.schema import GROUP_PREFIX, TABLES, TEXTS, TableName
from geoservice.study import Study

MAX_PERSONS = 1000
"""Most persons of one household; above it, it is an institution or an error."""


@dataclass(frozen=True)
class Context:
    """What a table's rows depend on beside the file: options, study, the areas loaded, the secret's bytes."""

    options: Options
    study: Study
    areas: pa.Table
    secret: bytes


@dataclass(frozen=True)
class Built:
    """All rows of a file, refused ones among them (to be filtered by the faults), and the CRS they were read in."""

    rows: pa.Table
    crs: str


Columns = dict[str, Any]


def _table(name: TableName, columns: Columns, cells: Cells, groups: tuple[str, ...] = ()) -> pa.Table:
    """Put columns into the table's schema, without the refused rows."""
    schema = TABLES[name].arrow(groups)
    loose = pa.schema([pa.field(f.name, f.type) for f in schema])
    arrays = [
        c if isinstance(c, pa.Array | pa.ChunkedArray) else pa.array(c, f.type)
        for c, f in zip(columns.values(), loose, strict=True)
    ]
    table = pa.table([pc.cast(a, f.type) for a, f in zip(arrays, loose, strict=True)], schema=loose)
    return table.filter(pa.array(~cells.faults.bad)).cast(schema)


def _text(values: Any) -> Column:
    return pa.array(values, pa.string(), from_pandas=True)


def household_keys(register_keys: list[str | None], secret: bytes) -> tuple[Column, Column]:
    """Return ids (16 bytes) and record keys (uint64) of register keys: the first 24 bytes of HMAC-SHA256 under the secret.

    >>> ids, keys = household_keys(["34-001"], b"k" * 32)
    >>> len(ids[0].as_py()), keys.type
    (16, DataType(uint64))
    """
    digests = b"".join(hmac.digest(secret, (k or "").encode(), "sha256") for k in register_keys)
    table = np.frombuffer(digests, np.uint8).reshape(-1, 32)
    ids = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), len(table), [None, pa.py_buffer(table[:, :16].tobytes())])
    return ids, pa.array(np.ascontiguousarray(table[:, 16:24]).view(">u8").ravel().astype(np.uint64))


def build_households(cells: Cells, context: Context) -> Built:
    """Read households; every one gets the lowest area that covers it and keeps nothing of its register key but an HMAC.

    Raises
    ------
    InputError
        No areas are loaded.
    MissingColumn, WrongPlace
        A column is not there; most points are outside every area.
    """
    headers = cells.raw.columns.column_names
    groups = context.study.group_ids
    require("households", cells.mapping, headers, ("id", "persons", *(GROUP_PREFIX + g for g in groups)))
    areas = Areas.of(context.areas)
    if not len(areas.codes):
        raise InputError("no areas with borders are loaded yet; load them first: geoservice import areas FILE")
    key = cells.code("id", required=True, private=True).combine_chunks()
    cells.unique(["id"], [key.to_numpy(zero_copy_only=False)], private=True)
    lon, lat, crs = read_points(cells, "households", context.options)
    home = check_inside(cells, areas, lon, lat, crs, required=True)
    ids, record_keys = household_keys(key.to_pylist(), context.secret)
    columns: Columns = {"id": ids, "record_key": record_keys, "lon": lon, "lat": lat}
    columns["precision"] = _default(cells.choice("precision", words.PRECISION), "point")
    columns["uncertainty_m"] = floats_or_null(cells.number("uncertainty_m", 0, 100_000, unit="metres"))
    persons = cells.whole("persons", 1, MAX_PERSONS, unit="persons", required=True)[0]
    columns["persons"] = persons.astype(np.int32)
    columns["registered_area"] = _registered(cells, context.areas)
    columns["residence_area"] = pa.array(areas.codes, pa.string()).take(pa.array(np.maximum(home, 0), pa.int64()))
    columns |= _period(cells, "since", "until")
    columns |= {GROUP_PREFIX + g: _group(cells, GROUP_PREFIX + g, persons) for g in groups}
    if cells.has("address"):
        cells.notes.append(
            f"column {cells.mapping['address']}: addresses are not stored; they are input for: geoservice geocode"
        )
    return Built(_table("households", columns, cells, groups), crs)


def _default(values: Any, value: str) -> Column:
    return pc.fill_null(pa.array(values, pa.string()), value)


def _group(cells: Cells, name: str, persons: Any) -> Any:
    counts, empty = cells.whole(name, 0, MAX_PERSONS, unit="persons")
    if n := int(empty.sum()):
        cells.notes.append(f"column {cells.mapping[name]}: {n} empty cells were read as 0")
    cells.refuse(
        (counts > persons) & ~cells.faults.bad, name, "more than the household's persons", "at most the household's persons"
    )
    return counts.astype(np.int32)


def _period(cells: Cells, start: str, end: str) -> Columns:
    first, last = cells.dates(start), cells.dates(end)
    backwards = bools(pc.fill_null(pc.less(last, first), False))
    cells.refuse(backwards, end, f"before {start}", f"a day on or after {start}")
    return {start: first, end: last}


def _registered(cells: Cells, areas: pa.Table) -> Column:
    """Return codes of home areas; a name stands for its area where just one loaded area bears it."""
    text = cells.code("registered_area")
    coded = pc.fill_null(pc.match_substring_regex(text, r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,31}$"), True)
    if pc.all(coded).as_py():
        return text
    names = areas.select(["name_zh", "code"]).to_pandas().drop_duplicates("name_zh", keep=False)
    by_name = dict(zip(names["name_zh"], names["code"], strict=True))
    found = [v if ok else by_name.get(v) for v, ok in zip(text.to_pylist(), coded.to_pylist(), strict=True)]
    lost = np.array([v is None and not ok for v, ok in zip(found, coded.to_pylist(), strict=True)])
    cells.refuse(
        lost, "registered_area", "no area code", "an area code, or a name that one loaded area alone bears", private=True
    )
    return pa.chunked_array([_text(found)])


def build_stations(cells: Cells, context: Context) -> Built:
    """Read stations; services and tiers by their ids or their names in either language."""
    headers = cells.raw.columns.column_names
    require("stations", cells.mapping, headers, ("id", "name"))
    if not cells.has("tier") and context.options.tier is None:
        require("stations", cells.mapping, headers, ("tier",), " or give one tier to all: --tier village")
    key = cells.code("id", required=True)
    cells.unique(["id"], [key.to_numpy()])
    lon, lat, crs = read_points(cells, "stations", context.options, surfaces=True)
    areas = Areas.of(context.areas)
    if len(areas.codes):
        check_inside(cells, areas, lon, lat, crs, required=False)
    columns: Columns = {"id": key, "name": cells.text("name", required=True), "tier": _tier(cells, context.options)}
    columns["services"] = _services(cells, context.study)
    for name, unit in (("capacity", "persons"), ("staff", ""), ("floor_area_m2", "square metres")):
        columns[name] = floats_or_null(cells.number(name, 0, 1e8, unit=unit))
    columns["equipment"] = pa.array(cells.items("equipment"), TEXTS)
    columns["active"] = cells.flags("active", True)
    columns["opening_hours"] = cells.text("opening_hours")
    columns["start_delay_s"] = np.nan_to_num(cells.number("start_delay_s", 0, 86_400, unit="seconds"))
    return Built(_table("stations", {**columns, "lon": lon, "lat": lat}, cells), crs)


def _tier(cells: Cells, options: Options) -> Any:
    if options.tier is not None:
        if (tier := words.TIER.get(options.tier.lower())) is None:
            raise InputError(f"tier: got {options.tier!r}, allowed are {list(words.TIER)}")
        if not cells.has("tier"):
            return [tier] * len(cells)
        return _default(cells.choice("tier", words.TIER), tier)
    return _text(cells.choice("tier", words.TIER, required=True))


def _services(cells: Cells, study: Study) -> Column:
    names = words.of_study(study.services)
    if not cells.has("services"):
        if len(study.services) > 1:
            require("stations", cells.mapping, cells.raw.columns.column_names, ("services",))
        cells.notes.append(f"no column of services: every station offers {study.services[0].id}, the study's only one")
        return pa.array([[study.services[0].id]] * len(cells), TEXTS)
    items = cells.items("services")
    known = [[names.get(w.lower()) for w in row] for row in items]
    unknown = np.array([None in row for row in known], bool)
    allowed = ", ".join(f"{s.id} ({s.title.zh}, {s.title.en})" for s in study.services)
    cells.refuse(unknown, "services", "a service that the study does not have", allowed)
    if n := sum(not row for row in items):
        cells.notes.append(f"{n} stations offer no service")
    return pa.array([list(dict.fromkeys(w for w in row if w is not None)) for row in known], TEXTS)


def build_areas(cells: Cells, context: Context) -> Built:
    """Read areas: codes as text, levels by word or number, polygons checked and turned into WGS 84."""
    headers, options = cells.raw.columns.column_names, context.options
    require("areas", cells.mapping, headers, ("code",))
    names = [n for n in ("name_zh", "name_en") if cells.has(n)]
    if not names:
        require("areas", cells.mapping, headers, ("name_zh",))
    system = _default(cells.text("code_system").to_pylist(), options.code_system or context.study.code_system)
    code = cells.code("code", required=True).combine_chunks()
    cells.unique(["code_system", "code"], [system.to_numpy(zero_copy_only=False), code.to_numpy(zero_copy_only=False)])
    first, second = cells.text(names[0], required=True), cells.text(names[-1])
    columns: Columns = {"code_system": system, "code": code, "name_zh": first, "name_en": pc.coalesce(second, first)}
    columns["level"] = _level(cells, options, code)
    columns["parent"] = _parent(cells, code, context.areas)
    columns["geometry"], crs = _borders(cells, options)
    columns |= _period(cells, "valid_from", "valid_to")
    return Built(_table("areas", columns, cells), crs)


def _borders(cells: Cells, options: Options) -> tuple[Column, str]:
    polygons, crs = read_polygons(cells, options)
    if n := sum(p is None for p in polygons) - int(cells.faults.bad.sum()):
        cells.notes.append(f"{max(n, 0)} areas have no border")
    return pa.array(polygons, pa.binary()), crs


_LEVEL_BY_DIGITS = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}


def _level(cells: Cells, options: Options, code: Column) -> Column:
    """Return levels: from the column, from the options, or from the length of Chinese codes."""
    if options.level is not None:
        if (level := words.LEVEL.get(options.level.lower())) is None:
            raise InputError(f"level: got {options.level!r}, allowed are {list(words.LEVEL)}")
        return _default(cells.choice("level", words.LEVEL), level)
    if cells.has("level"):
        return _text(cells.choice("level", words.LEVEL, required=True))
    found = [_LEVEL_BY_DIGITS.get(len(c)) if c and c.isdigit() else None for c in code.to_pylist()]
    if None in found:
        raise MissingColumn(
            "areas: no column of levels, and the codes do not tell; map one with --map level=HEADER or say --level township"
        )
    cells.notes.append("levels were read from the length of the codes")
    return _text(found)


def _parent(cells: Cells, code: Column, loaded: pa.Table) -> Column:
    """Return codes of the areas above: from the column, or for Chinese codes the code they begin with, if that is known."""
    known = {*loaded.column("code").to_pylist(), *code.to_pylist()}
    if cells.has("parent"):
        parent = cells.code("parent")
        strange = {p for p in parent.to_pylist() if p} - known
        if strange:
            cells.notes.append(f"{len(strange)} parent codes are of areas not loaded (yet)")
        return parent
    above = {4: 2, 6: 4, 9: 6, 12: 9}
    starts = [c[: above[len(c)]] if c and c.isdigit() and len(c) in above else None for c in code.to_pylist()]
    return _text([s if s in known else None for s in starts])


def build_uptake(cells: Cells, context: Context) -> Built:
    """Read use of services: persons served never above persons entitled."""
    require("uptake", cells.mapping, cells.raw.columns.column_names, ("area", "period", "service", "served", "eligible"))
    area = cells.code("area", required=True)
    known = pa.array(context.areas.column("code").to_pylist(), pa.string())
    if len(known):
        strange = bools(pc.and_(area.is_valid(), pc.invert(pc.is_in(area, value_set=known))))
        cells.refuse(strange, "area", "no area of this code is loaded", "codes of areas loaded")
    period = _text(cells.parsed("period", to_period, "a year 2024, a quarter 2024Q1 or a month 2024-01", required=True))
    service = _text(cells.choice("service", words.of_study(context.study.services), required=True))
    group = _default(cells.choice("group", words.of_groups(context.study)), "all")
    cells.unique(
        ["area", "period", "service", "group"],
        [c.to_numpy(zero_copy_only=False) for c in (area.combine_chunks(), period, service, group)],
    )
    served, _ = cells.whole("served", 0, 10**10, unit="persons", required=True)
    eligible, _ = cells.whole("eligible", 0, 10**10, unit="persons", required=True)
    cells.refuse(
        (served > eligible) & ~cells.faults.bad, "served", "more than are entitled", "at most the eligible of the same row"
    )
    columns: Columns = {
        "area": area,
        "period": period,
        "service": service,
        "group": group,
        "served": served,
        "eligible": eligible,
    }
    return Built(_table("uptake", columns, cells), "")


_PERIOD = re.compile(r"(\d{4})年?(?:第?([1-4一二三四])季度?|[Qq]([1-4])|[-/.]?[Qq]([1-4])|[-/.]?(\d{1,2})月?)?")


def to_period(text: str) -> str:
    """Return a year, quarter or month in one spelling.

    >>> to_period("2024年"), to_period("2024年第1季度"), to_period("2024-q3"), to_period("2024年3月")
    ('2024', '2024Q1', '2024Q3', '2024-03')
    """
    found = _PERIOD.fullmatch(text.replace(" ", ""))
    if not found:
        raise ValueError(text)
    year, chinese, *quarters, month = found.groups()
    quarter = chinese or next((q for q in quarters if q), None)
    if quarter:
        return f"{year}Q{'一二三四'.find(quarter) + 1 or quarter}"
    if month is None:
        return year
    if not 1 <= int(month) <= 12:
        raise ValueError(text)
    return f"{year}-{int(month):02d}"


BUILDERS: dict[TableName, Callable[[Cells, Context], Built]] = {
    "households": build_households,
    "stations": build_stations,
    "areas": build_areas,
    "uptake": build_uptake,
}
