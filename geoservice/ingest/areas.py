"""Areas table: codes, levels, parents and geometries."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from geoservice.areas import chinese_level, enclosing_codes, significant_digits
from geoservice.errors import InputError, MissingColumn
from geoservice.geo import Ints, Objects
from geoservice.ingest import value_vocabulary
from geoservice.ingest.arrow_compute import Column
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.columns import require
from geoservice.ingest.coordinate_doctor import check_parents
from geoservice.ingest.geometry import read_polygons
from geoservice.ingest.header_names import normalize_header
from geoservice.ingest.report import Options
from geoservice.ingest.table_builder import BuildContext, BuiltTable, Columns, finish, period_of, text_of, with_default
from geoservice.schema import UNBOUND


def build_areas(cells: ColumnValues, context: BuildContext) -> BuiltTable:
    """Return the areas table: codes as text, levels by name or number, validated polygons in WGS 84."""
    headers, options = cells.raw.columns.column_names, context.options
    require("areas", cells.mapping, headers, ("code",))
    names = [n for n in ("name_zh", "name_en") if cells.has(n)]
    if not names:
        require("areas", cells.mapping, headers, ("name_zh",))
    system = with_default(cells.text("code_system").to_pylist(), options.code_system or context.study.code_system)
    code = cells.code("code", required=True).combine_chunks()
    period = period_of("areas", cells, context.day)
    keys = [system.to_numpy(zero_copy_only=False), code.to_numpy(zero_copy_only=False)]
    cells.unique(["code_system", "code"], keys, within=_generation(*keys, *period.values()))
    first, second = cells.text(names[0], required=True), cells.text(names[-1])
    columns: Columns = {"code_system": system, "code": code, "name_zh": first, "name_en": pc.coalesce(second, first)}
    columns["level"] = _level(cells, options, code)
    if n := columns["level"].to_pylist().count("grid"):
        cells.notes.append(f"{n} areas are grid cells: accepted, but not used yet")
    loaded = context.areas.filter(pc.is_in(context.areas.column("code_system"), value_set=pc.unique(system)))
    columns["parent"] = _parent(cells, code, loaded)
    columns["geometry"], crs = _borders(cells, options)
    check_parents(cells, columns["parent"], loaded, code, options)
    columns |= period
    return BuiltTable(finish("areas", columns, cells), crs)


def _generation(system: Objects, code: Objects, first: Column, last: Column) -> Ints:
    """Return a generation number for each row, shape ``(n,)``: rows of one code whose periods overlap share a generation."""
    begin, end = (
        c.fill_null(unbound).cast(pa.int32()).to_numpy(zero_copy_only=False)  # days: sums over groups of dates are slow
        for c, unbound in zip((first, last), UNBOUND, strict=True)
    )
    rows = pd.DataFrame({"system": system, "code": code, "begin": begin, "end": end}).sort_values("begin", kind="stable")
    keys = [rows["system"], rows["code"]]
    latest_end = rows.groupby(["system", "code"], dropna=False)["end"].cummax()
    previous_end = latest_end.groupby(keys, dropna=False).shift()
    starts = (rows["begin"] > previous_end).astype(int)
    return np.asarray(starts.groupby(keys, dropna=False).cumsum().sort_index(), np.int64)


def _borders(cells: ColumnValues, options: Options) -> tuple[Column, str]:
    polygons, crs = read_polygons(cells, options)
    if n := sum(p is None for p in polygons) - int(cells.rejects.bad.sum()):
        cells.notes.append(f"{max(n, 0)} areas have no border")
    return pa.array(polygons, pa.binary()), crs


def _level(cells: ColumnValues, options: Options, code: Column) -> Column:
    """Return the level of each area: from the column, from the options, or from the length of Chinese codes."""
    if options.level is not None:
        if (level := value_vocabulary.LEVEL.get(options.level.lower())) is None:
            raise InputError(f"level: got {options.level!r}, allowed are {list(value_vocabulary.LEVEL)}")
        return with_default(cells.choice("level", value_vocabulary.LEVEL), level)
    if cells.has("level"):
        return text_of(cells.choice("level", value_vocabulary.LEVEL, required=True))
    levels = [chinese_level(c or "") for c in code.to_pylist()]
    if None in levels:
        osm_headers = [h for h in cells.raw.columns.column_names if normalize_header(h) == "adminlevel"]
        hint = f"; column {osm_headers[0]} is OpenStreetMap's, whose levels differ by country" if osm_headers else ""
        raise MissingColumn(
            f"areas: there is no level column, and the codes do not show the level{hint}; map one with --map level=HEADER or "
            "use --level township"
        )
    cells.notes.append("levels were derived from the length of the codes, without trailing zeros")
    return text_of(levels)


def _parent(cells: ColumnValues, code: Column, loaded: pa.Table) -> Column:
    """Return parent codes: from the column, or for Chinese codes the longest loaded code that is a prefix."""
    known_codes = {*loaded.column("code").to_pylist(), *code.to_pylist()}
    if cells.has("parent"):
        parent = _parent_codes(cells)
        unknown = {p for p in parent.to_pylist() if p} - known_codes
        if unknown:
            cells.notes.append(f"{len(unknown)} parent codes belong to areas that are not loaded (yet)")
        return parent
    by_digits = {significant_digits(c): c for c in sorted(known_codes - {None}, key=len, reverse=True)}
    return text_of([_code_above(c or "", by_digits) for c in code.to_pylist()])


_STRUCTURE = re.compile(r"""^\s*\{[^{}]*"(?:adcode|code|id)"\s*:\s*"?([0-9A-Za-z_.:-]{1,32})"?[^{}]*\}\s*$""")
"""A parent as a JSON object, as DataV and others write it: ``{"adcode": 340800}``."""


def _parent_codes(cells: ColumnValues) -> Column:
    """Return the parent column, with codes extracted from JSON objects; an object without a code is rejected."""
    text = cells.code("parent")
    if not pc.any(pc.match_substring_regex(text, r"^\s*[\[{]")).as_py():
        return text
    matches = [(v, _STRUCTURE.match(v or "")) for v in text.to_pylist()]
    without_code = np.array([m is None and (v or "").lstrip().startswith(("{", "[")) for v, m in matches], bool)
    cells.reject(without_code, "parent", "a JSON object without a code", 'a code, or {"adcode": CODE}')
    return text_of([m[1] if m else v for v, m in matches])


def _code_above(code: str, by_digits: Mapping[str, str]) -> str | None:
    """Return the known code of the nearest division that contains a Chinese code, None if there is none."""
    if chinese_level(code) is None:
        return None
    return next((by_digits[digits] for digits in enclosing_codes(code) if digits in by_digits), None)
