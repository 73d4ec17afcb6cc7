"""Stations table: points with tiers and services, by any of their names."""

from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.errors import InputError
from geoservice.geo import Floats, Objects
from geoservice.ingest import value_vocabulary
from geoservice.ingest.area_lookup import AreaLookup, check_inside, check_ranges
from geoservice.ingest.arrow_compute import Column, bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.columns import require
from geoservice.ingest.coordinate_doctor import check_stated_areas
from geoservice.ingest.geometry import read_points
from geoservice.ingest.located import ADDRESSES, AddressLocator, locate_addresses, uses_addresses
from geoservice.ingest.opening_hours import ALLOWED, never_open, to_opening_hours
from geoservice.ingest.report import Options
from geoservice.ingest.table_builder import BuildContext, BuiltTable, Columns, finish, text_of, with_default
from geoservice.ingest.values import floats_or_null
from geoservice.schema import COARSE_PRECISIONS, TEXTS
from geoservice.study import Study


def build_stations(cells: ColumnValues, context: BuildContext) -> BuiltTable:
    """Return the stations table; services and tiers are recognised by id or by name in either language."""
    headers = cells.raw.columns.column_names
    require("stations", cells.mapping, headers, ("id", "name"))
    if not cells.has("tier") and context.options.tier is None:
        require("stations", cells.mapping, headers, ("tier",), " or set one tier for all: --tier village")
    key = cells.code("id", required=True)
    cells.unique(["id"], [key.to_numpy()])
    areas = AreaLookup.of(context.areas)
    if context.locator is not None and uses_addresses(cells):
        lon, lat, crs = _located(cells, context.locator)
    else:
        lon, lat, crs = read_points(cells, "stations", context.options, surfaces=True, inside=areas.inside)
    if len(areas.codes):
        check_stated_areas(cells, context.areas, context.options)
        check_inside(cells, areas, lon, lat, crs, required=False)
    else:
        check_ranges(cells)
    columns: Columns = {"id": key, "name": cells.text("name", required=True), "tier": _tier(cells, context.options)}
    columns["services"] = _services(cells, context.study)
    for name, unit in (("capacity", "persons"), ("staff", ""), ("floor_area_m2", "square metres")):
        columns[name] = floats_or_null(cells.number(name, 0, 1e8, unit=unit))
    columns["equipment"] = pa.array(cells.items("equipment"), TEXTS)
    hours = cells.parsed("opening_hours", to_opening_hours, ALLOWED)
    columns["active"] = _active(cells, hours)
    columns["opening_hours"] = text_of(hours)
    columns["start_delay_s"] = np.nan_to_num(cells.number("start_delay_s", 0, 86_400, unit="seconds"))
    return BuiltTable(finish("stations", {**columns, "lon": lon, "lat": lat}, cells), crs)


def _located(cells: ColumnValues, locator: AddressLocator) -> tuple[Floats, Floats, str]:
    """Return the places of addresses; a station that is located to its village or worse is rejected."""
    located = locate_addresses(cells, locator, private=False)
    coarse = bools(pc.fill_null(pc.is_in(located.precision, value_set=pa.array(COARSE_PRECISIONS)), False))
    allowed = "coordinates, or an address with a street or a place that the gazetteer knows"
    cells.reject(coarse, "address", "only its village, township or county was found", allowed)
    return np.where(coarse, np.nan, located.lon), np.where(coarse, np.nan, located.lat), ADDRESSES


def _active(cells: ColumnValues, hours: Objects) -> Column:
    """Return a mask of the active stations: not marked as inactive, and open at some time."""
    closed = np.array([text is not None and never_open(text) for text in hours], bool)
    active = bools(cells.flags("active", True)) & ~closed
    if n := int((~active & ~cells.rejects.bad).sum()):
        cells.notes.append(f"{n} stations are not active: they are stored, but neither counted nor shown")
    return pa.array(active)


def _tier(cells: ColumnValues, options: Options) -> Any:
    if options.tier is not None:
        if (tier := value_vocabulary.TIER.get(options.tier.lower())) is None:
            raise InputError(f"tier: got {options.tier!r}, allowed are {list(value_vocabulary.TIER)}")
        if not cells.has("tier"):
            return [tier] * len(cells)
        return with_default(cells.choice("tier", value_vocabulary.TIER), tier)
    return text_of(cells.choice("tier", value_vocabulary.TIER, required=True))


def _services(cells: ColumnValues, study: Study) -> Column:
    names = value_vocabulary.synonyms_of(study.services)
    if not cells.has("services"):
        if len(study.services) > 1:
            require("stations", cells.mapping, cells.raw.columns.column_names, ("services",))
        cells.notes.append(f"no services column: every station offers {study.services[0].id}, the study's only service")
        return pa.array([[study.services[0].id]] * len(cells), TEXTS)
    items = cells.items("services")
    services = [[names.get(w.lower()) for w in row] for row in items]
    unknown = np.array([None in row for row in services], bool)
    allowed = ", ".join(f"{s.id} ({s.title.zh}, {s.title.en})" for s in study.services)
    cells.reject(unknown, "services", "a service that is not in the study", allowed)
    if n := sum(not row for row in items):
        cells.notes.append(f"{n} stations offer no service")
    return pa.array([list(dict.fromkeys(w for w in row if w is not None)) for row in services], TEXTS)
