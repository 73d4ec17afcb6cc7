"""Areas: codes, levels, parents and borders."""

import pyarrow as pa

from geoservice.errors import InputError, MissingColumn
from geoservice.ingest import words
from geoservice.ingest.arrow import Column
from geoservice.ingest.arrow import compute as pc
from geoservice.ingest.cells import Cells
from geoservice.ingest.columns import require
from geoservice.ingest.geometry import read_polygons
from geoservice.ingest.report import Options
from geoservice.ingest.rows import Built, Columns, Context, finish, period_of, text_of, with_default


def build_areas(cells: Cells, context: Context) -> Built:
    """Read areas: codes as text, levels by word or number, polygons checked and turned into WGS 84."""
    headers, options = cells.raw.columns.column_names, context.options
    require("areas", cells.mapping, headers, ("code",))
    names = [n for n in ("name_zh", "name_en") if cells.has(n)]
    if not names:
        require("areas", cells.mapping, headers, ("name_zh",))
    system = with_default(cells.text("code_system").to_pylist(), options.code_system or context.study.code_system)
    code = cells.code("code", required=True).combine_chunks()
    cells.unique(["code_system", "code"], [system.to_numpy(zero_copy_only=False), code.to_numpy(zero_copy_only=False)])
    first, second = cells.text(names[0], required=True), cells.text(names[-1])
    columns: Columns = {"code_system": system, "code": code, "name_zh": first, "name_en": pc.coalesce(second, first)}
    columns["level"] = _level(cells, options, code)
    columns["parent"] = _parent(cells, code, context.areas)
    columns["geometry"], crs = _borders(cells, options)
    columns |= period_of(cells, "valid_from", "valid_to")
    return Built(finish("areas", columns, cells), crs)


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
        return with_default(cells.choice("level", words.LEVEL), level)
    if cells.has("level"):
        return text_of(cells.choice("level", words.LEVEL, required=True))
    found = [_LEVEL_BY_DIGITS.get(len(c)) if c and c.isdigit() else None for c in code.to_pylist()]
    if None in found:
        raise MissingColumn(
            "areas: no column of levels, and the codes do not tell; map one with --map level=HEADER or say --level township"
        )
    cells.notes.append("levels were read from the length of the codes")
    return text_of(found)


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
    return text_of([s if s in known else None for s in starts])
