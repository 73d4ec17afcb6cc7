"""The tables of the register and the project: columns, types, units and meaning, in one place.

Tables pass between ingest, stores and pipeline as :class:`pyarrow.Table` with exactly these columns and types, geometries as
WKB in ``(lon, lat)``. Group counts are further columns named ``group_<id>``: ``int32`` for households, ``float64`` for a public
population, whose numbers may be estimates.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from geoservice.errors import InputError
from geoservice.geo import Bools

TableName = Literal["areas", "stations", "households", "uptake", "population", "pyramids"]
LEVELS = ("province", "city", "county", "township", "village")
TIERS = ("county", "township", "village", "van")
SEXES = ("female", "male", "all")
"""Values of ``sex``; ``all`` is both together."""
PRECISIONS = ("point", "building", "interpolated", "street", "village", "township", "county")
MIGRANT_CLASSES = ("resident", "same_county", "same_province", "other_province")
ARRIVALS = ("arrived_under_1", "arrived_1_to_5", "arrived_over_5", "arrived_unstated")
"""Bands of years since a migrant household arrived at its place."""
COARSE_PRECISIONS = ("village", "township", "county")
"""A household with one of these precisions is located by its area of that level only; its point is not used."""
LOCATION_CLASSES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "located_exactly": ("point", "building"),
    "located_on_street": ("interpolated", "street"),
    "located_in_village": ("village",),
    "located_wider": ("township", "county"),
})  # fmt: skip
"""The precisions of households in classes, by which a release says how well households are located."""
GROUP_PREFIX = "group_"
UNBOUND = (date(1, 1, 1), date(9999, 12, 31))
"""First and last day of a period without bounds, used in comparisons only."""
_COUNT = pa.int32()


@dataclass(frozen=True)
class SchemaColumn:
    """One column: its Arrow type, whether it may be null, its unit and what it means.

    ``used`` is false while nothing reads the column after it is stored; an import reports that.
    """

    name: str
    type: pa.DataType
    required: bool
    meaning: str
    unit: str = ""
    used: bool = True


@dataclass(frozen=True)
class TableSchema:
    """A table; ``key`` names the columns that must be unique together, ``groups`` is the type of its group columns.

    Only dates in a key may be null; nulls then count as equal. ``period`` names the columns of the first and the last day on
    which a row is valid, both included; null means no bound.
    """

    name: TableName
    columns: tuple[SchemaColumn, ...]
    key: tuple[str, ...]
    groups: pa.DataType = _COUNT
    period: tuple[str, str] | None = None

    @property
    def identity(self) -> str:
        """Return the column that identifies a row to a reader: the last of the key that is never null."""
        return [c.name for c in self.columns if c.required and c.name in self.key][-1]

    def group_field(self, column: str) -> "pa.Field[Any]":
        """Return the field of a group column ``group_<id>``."""
        return pa.field(column, self.groups, nullable=False)

    def arrow(self, groups: Iterable[str] = ()) -> pa.Schema:
        """Return the Arrow schema, with one ``group_<id>`` column for each of ``groups``."""
        extra = [self.group_field(GROUP_PREFIX + g) for g in groups]
        return pa.schema([pa.field(c.name, c.type, nullable=not c.required) for c in self.columns] + extra)

    def valid_on(self, day: date, rows: pa.Table) -> Bools:
        """Return which rows are valid on a day; all of them if the table has no period. Shape ``(rows,)``."""
        if self.period is None:
            return np.ones(rows.num_rows, bool)
        bounds: list[Any] = [rows.column(name) for name in self.period]
        first, last = (b.fill_null(unbound).to_numpy() for b, unbound in zip(bounds, UNBOUND, strict=True))
        date64 = np.datetime64(day)
        return np.asarray((first <= date64) & (date64 <= last), bool)

    def check(self, table: pa.Table) -> None:
        """Raise :class:`InputError` unless ``table`` has this schema (further ``group_*`` columns allowed)."""
        groups = [n.removeprefix(GROUP_PREFIX) for n in table.column_names if n.startswith(GROUP_PREFIX)]
        expected = self.arrow(groups)
        if not table.schema.equals(expected, check_metadata=False):
            raise InputError(f"table {self.name}: columns are {table.schema.to_string()}, expected {expected.to_string()}")


TEXT, INT, REAL, WKB = pa.string(), pa.int32(), pa.float64(), pa.binary()
TEXTS = pa.list_(pa.field("item", pa.string(), nullable=False))

HOUSEHOLDS = TableSchema(
    "households",
    (
        SchemaColumn("id", pa.binary(16), True, "first 16 bytes of HMAC-SHA256(secret of the register, register key)"),
        SchemaColumn("lon", REAL, True, "longitude", "degree"),
        SchemaColumn("lat", REAL, True, "latitude", "degree"),
        SchemaColumn("precision", TEXT, True, f"one of {PRECISIONS}; for {COARSE_PRECISIONS} the point is not used"),
        SchemaColumn("uncertainty_m", REAL, False, "radius that contains the true place in 90 % of cases", "metre"),
        SchemaColumn("persons", INT, True, "members of the household", "person"),
        SchemaColumn("registered_area", TEXT, False, "code of the home (hukou) area; null: not stated, counted as resident"),
        SchemaColumn(
            "residence_area", TEXT, True, "code of the lowest area that contains the point and is not finer than the precision"
        ),
        SchemaColumn("since", pa.date32(), False, "first day at this place"),
        SchemaColumn("until", pa.date32(), False, "last day at this place"),
    ),
    ("id",),
    period=("since", "until"),
)
STATIONS = TableSchema(
    "stations",
    (
        SchemaColumn("id", TEXT, True, "the station's own code"),
        SchemaColumn("name", TEXT, True, "name as on the sign"),
        SchemaColumn("tier", TEXT, True, f"one of {TIERS}"),
        SchemaColumn("services", TEXTS, True, "ids of the services offered, as in study.toml"),
        SchemaColumn("capacity", REAL, False, "persons it can serve in a period", "person"),
        SchemaColumn("staff", REAL, False, "full-time equivalents"),
        SchemaColumn("floor_area_m2", REAL, False, "floor area", "square metre"),
        SchemaColumn("equipment", TEXTS, True, "names, compared with the standards; none: not stated"),
        SchemaColumn("active", pa.bool_(), True, "whether results include it; false also if it is never open"),
        SchemaColumn("opening_hours", TEXT, False, "OSM opening_hours syntax; displayed, and compared with the standards"),
        SchemaColumn("start_delay_s", REAL, True, "added to every travel time from or to it (van set-up)", "second"),
        SchemaColumn("lon", REAL, True, "longitude", "degree"),
        SchemaColumn("lat", REAL, True, "latitude", "degree"),
    ),
    ("id",),
)
AREAS = TableSchema(
    "areas",
    (
        SchemaColumn("code_system", TEXT, True, "which code table, e.g. nbs2023 or osm"),
        SchemaColumn("code", TEXT, True, "area code, always text"),
        SchemaColumn("name_zh", TEXT, True, "Chinese name, or the only name"),
        SchemaColumn("name_en", TEXT, True, "English name, or the only name"),
        SchemaColumn("level", TEXT, True, f"one of {LEVELS} or grid"),
        SchemaColumn("parent", TEXT, False, "code of the area above"),
        SchemaColumn("geometry", WKB, False, "polygon or multipolygon; null if only the code is known"),
        SchemaColumn("valid_from", pa.date32(), False, "first day of the code"),
        SchemaColumn("valid_to", pa.date32(), False, "last day of the code"),
    ),
    ("code_system", "code", "valid_from"),
    period=("valid_from", "valid_to"),
)
UPTAKE = TableSchema(
    "uptake",
    (
        SchemaColumn("area", TEXT, True, "area code"),
        SchemaColumn("period", TEXT, True, "year, quarter 2024Q1 or month 2024-01"),
        SchemaColumn("service", TEXT, True, "service id"),
        SchemaColumn("group", TEXT, True, "group id, or all"),
        SchemaColumn("served", pa.int64(), True, "persons served, never above eligible", "person"),
        SchemaColumn("eligible", pa.int64(), True, "persons entitled", "person"),
    ),
    ("area", "period", "service", "group"),
)
POPULATION = TableSchema(
    "population",
    (
        SchemaColumn(
            "id", TEXT, True, "the unit's own code, its H3 index, r<row>_c<column> of a raster, or the row of the file"
        ),
        SchemaColumn("geometry", WKB, True, "point, or polygon of a cell or census unit"),
        SchemaColumn("persons", REAL, True, "people living there", "person"),
        SchemaColumn("households", REAL, False, "households, if the file has them", "household"),
        SchemaColumn(
            "persons_margin", REAL, False, "half-width of the 90 % confidence interval of persons, if the file has it", "person"
        ),
        SchemaColumn("source", TEXT, False, "who counted or estimated", used=False),
        SchemaColumn("date", pa.date32(), False, "reference day of the numbers; a year is its first day", used=False),
    ),
    ("id",),
    pa.float64(),
)
PYRAMIDS = TableSchema(
    "pyramids",
    (
        SchemaColumn("area", TEXT, True, "area code"),
        SchemaColumn("date", pa.date32(), True, "day of the count or estimate; a year is its first day"),
        SchemaColumn("sex", TEXT, True, f"one of {SEXES}"),
        SchemaColumn("age_from", INT, True, "first year of age of the group", "year"),
        SchemaColumn("age_to", INT, False, "last year of age of the group; null: open", "year"),
        SchemaColumn("persons", REAL, True, "people of this age in the area", "person"),
        SchemaColumn(
            "persons_margin", REAL, False, "half-width of the 90 % confidence interval of persons, if the file has it", "person"
        ),
        SchemaColumn("source", TEXT, False, "who counted or estimated", used=False),
    ),
    ("area", "date", "sex", "age_from"),
)
TABLES: dict[TableName, TableSchema] = {t.name: t for t in (AREAS, STATIONS, HOUSEHOLDS, UPTAKE, POPULATION, PYRAMIDS)}
