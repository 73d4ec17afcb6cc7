"""Areas: codes, levels, parents and borders."""

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
from geoservice.ingest.geometry import read_polygons
from geoservice.ingest.header_names import plain
from geoservice.ingest.report import Options
from geoservice.ingest.table_builder import BuildContext, BuiltTable, Columns, finish, period_of, text_of, with_default
from geoservice.schema import UNBOUND


def build_areas(cells: ColumnValues, context: BuildContext) -> BuiltTable:
    """Read areas: codes as text, levels by word or number, polygons checked and turned into WGS 84."""
    headers, options = cells.raw.columns.column_names, context.options
    require("areas", cells.mapping, headers, ("code",))
    names = [n for n in ("name_zh", "name_en") if cells.has(n)]
    if not names:
        require("areas", cells.mapping, headers, ("name_zh",))
    system = with_default(cells.text("code_system").to_pylist(), options.code_system or context.study.code_system)
    code = cells.code("code", required=True).combine_chunks()
    period = period_of("areas", cells, context.day)
    keys = [system.to_numpy(zero_copy_only=False), code.to_numpy(zero_copy_only=False)]
    cells.unique(["code_system", "code"], keys, apart=_generation(*keys, *period.values()))
    first, second = cells.text(names[0], required=True), cells.text(names[-1])
    columns: Columns = {"code_system": system, "code": code, "name_zh": first, "name_en": pc.coalesce(second, first)}
    columns["level"] = _level(cells, options, code)
    if n := columns["level"].to_pylist().count("grid"):
        cells.notes.append(f"{n} areas are cells of a grid: accepted, but nothing uses them yet")
    columns["parent"] = _parent(cells, code, context.areas)
    columns["geometry"], crs = _borders(cells, options)
    columns |= period
    return BuiltTable(finish("areas", columns, cells), crs)


def _generation(system: Objects, code: Objects, first: Column, last: Column) -> Ints:
    """Number the generations of each code: rows whose periods overlap are of one, shape ``(n,)``."""
    begin, end = (
        c.fill_null(unbound).to_numpy(zero_copy_only=False) for c, unbound in zip((first, last), UNBOUND, strict=True)
    )
    rows = pd.DataFrame({"system": system, "code": code, "begin": begin, "end": end}).sort_values("begin", kind="stable")
    of_code = rows.groupby(["system", "code"], dropna=False)
    before = of_code["end"].transform(lambda ends: ends.cummax().shift())
    rows["generation"] = (rows["begin"] > before).astype(int)
    return of_code["generation"].cumsum().sort_index().to_numpy()


def _borders(cells: ColumnValues, options: Options) -> tuple[Column, str]:
    polygons, crs = read_polygons(cells, options)
    if n := sum(p is None for p in polygons) - int(cells.faults.bad.sum()):
        cells.notes.append(f"{max(n, 0)} areas have no border")
    return pa.array(polygons, pa.binary()), crs


def _level(cells: ColumnValues, options: Options, code: Column) -> Column:
    """Return levels: from the column, from the options, or from the length of Chinese codes."""
    if options.level is not None:
        if (level := value_vocabulary.LEVEL.get(options.level.lower())) is None:
            raise InputError(f"level: got {options.level!r}, allowed are {list(value_vocabulary.LEVEL)}")
        return with_default(cells.choice("level", value_vocabulary.LEVEL), level)
    if cells.has("level"):
        return text_of(cells.choice("level", value_vocabulary.LEVEL, required=True))
    found = [chinese_level(c or "") for c in code.to_pylist()]
    if None in found:
        osm = [h for h in cells.raw.columns.column_names if plain(h) == "adminlevel"]
        said = f"; column {osm[0]} is OpenStreetMap's, whose numbers differ from country to country" if osm else ""
        raise MissingColumn(
            f"areas: no column of levels, and the codes do not tell{said}; map one with --map level=HEADER or say "
            "--level township"
        )
    cells.notes.append("levels were read from the codes, zeros at the end left out")
    return text_of(found)


def _parent(cells: ColumnValues, code: Column, loaded: pa.Table) -> Column:
    """Return codes of the areas above: from the column, or for Chinese codes the code they begin with, if that is known."""
    known = {*loaded.column("code").to_pylist(), *code.to_pylist()}
    if cells.has("parent"):
        parent = _parent_codes(cells)
        strange = {p for p in parent.to_pylist() if p} - known
        if strange:
            cells.notes.append(f"{len(strange)} parent codes are of areas not loaded (yet)")
        return parent
    by_digits = {significant_digits(c): c for c in sorted(known - {None}, key=len, reverse=True)}
    return text_of([_code_above(c or "", by_digits) for c in code.to_pylist()])


_STRUCTURE = re.compile(r"""^\s*\{[^{}]*"(?:adcode|code|id)"\s*:\s*"?([0-9A-Za-z_.:-]{1,32})"?[^{}]*\}\s*$""")
"""A parent as DataV and others write it: ``{"adcode": 340800}``."""


def _parent_codes(cells: ColumnValues) -> Column:
    """Return the column of parents; of a structure the code in it, and none that holds no code is taken for a text."""
    text = cells.code("parent")
    if not pc.any(pc.match_substring_regex(text, r"^\s*[\[{]")).as_py():
        return text
    values = [(v, _STRUCTURE.match(v or "")) for v in text.to_pylist()]
    lost = np.array([found is None and (v or "").lstrip().startswith(("{", "[")) for v, found in values], bool)
    cells.refuse(lost, "parent", "a structure without a code", 'a code, or {"adcode": CODE}')
    return text_of([found[1] if found else v for v, found in values])


def _code_above(code: str, by_digits: Mapping[str, str]) -> str | None:
    """Return the known code of the nearest division that a Chinese code lies in."""
    if chinese_level(code) is None:
        return None
    return next((by_digits[digits] for digits in enclosing_codes(code) if digits in by_digits), None)
