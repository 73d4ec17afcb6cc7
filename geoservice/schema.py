"""The tables of register and project: columns, types, units and meaning, in one place.

Tables travel between ingest, stores and pipeline as :class:`pyarrow.Table` with exactly these columns and types, geometries as
WKB in ``(lon, lat)``. Group counts of households are further ``int32`` columns named ``group_<id>``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from geoservice.errors import InputError

TableName = Literal["areas", "stations", "households", "uptake"]
LEVELS = ("province", "city", "county", "township", "village")
TIERS = ("county", "township", "village", "van")
PRECISIONS = ("point", "building", "interpolated", "street", "village", "township", "county")
MIGRANT_CLASSES = ("resident", "same_county", "same_province", "other_province")
GROUP_PREFIX = "group_"


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, whether it may be null, its unit and what it means."""

    name: str
    type: pa.DataType
    required: bool
    meaning: str
    unit: str = ""


@dataclass(frozen=True)
class TableSchema:
    """A table; ``key`` names the columns that must be unique together."""

    name: TableName
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def arrow(self, groups: Iterable[str] = ()) -> pa.Schema:
        """Return the Arrow schema, with one ``group_<id>`` column for each of ``groups``."""
        extra = [pa.field(GROUP_PREFIX + g, pa.int32(), nullable=False) for g in groups]
        return pa.schema([pa.field(c.name, c.type, nullable=not c.required) for c in self.columns] + extra)

    def check(self, table: pa.Table) -> None:
        """Raise :class:`InputError` unless ``table`` has this schema (further ``group_*`` columns allowed)."""
        groups = [n.removeprefix(GROUP_PREFIX) for n in table.column_names if n.startswith(GROUP_PREFIX)]
        want = self.arrow(groups)
        if not table.schema.equals(want, check_metadata=False):
            raise InputError(f"table {self.name}: columns are {table.schema.to_string()}, expected {want.to_string()}")


TEXT, INT, REAL, WKB = pa.string(), pa.int32(), pa.float64(), pa.binary()
TEXTS = pa.list_(pa.field("item", pa.string(), nullable=False))

HOUSEHOLDS = TableSchema(
    "households",
    (
        Column("id", pa.binary(16), True, "first 16 bytes of HMAC-SHA256(secret of the register, register key)"),
        Column("lon", REAL, True, "longitude", "degree"),
        Column("lat", REAL, True, "latitude", "degree"),
        Column("precision", TEXT, True, f"one of {PRECISIONS}"),
        Column("uncertainty_m", REAL, False, "radius that holds the true place in 90 % of cases", "metre"),
        Column("persons", INT, True, "members of the household", "person"),
        Column("registered_area", TEXT, False, "code of the home (hukou) area; null: not stated, counted as resident"),
        Column("residence_area", TEXT, True, "code of the lowest area that holds the point"),
        Column("since", pa.date32(), False, "first day at this place"),
        Column("until", pa.date32(), False, "last day at this place"),
    ),
    ("id",),
)
STATIONS = TableSchema(
    "stations",
    (
        Column("id", TEXT, True, "the station's own code"),
        Column("name", TEXT, True, "name as written on the door"),
        Column("tier", TEXT, True, f"one of {TIERS}"),
        Column("services", TEXTS, True, "ids of the services offered, as in study.toml"),
        Column("capacity", REAL, False, "persons it can serve a period", "person"),
        Column("staff", REAL, False, "full-time equivalents"),
        Column("floor_area_m2", REAL, False, "floor area", "square metre"),
        Column("equipment", TEXTS, True, "free words"),
        Column("active", pa.bool_(), True, "whether it counts"),
        Column("opening_hours", TEXT, False, "OSM opening_hours syntax"),
        Column("start_delay_s", REAL, True, "added to every travel time from or to it (van set-up)", "second"),
        Column("lon", REAL, True, "longitude", "degree"),
        Column("lat", REAL, True, "latitude", "degree"),
    ),
    ("id",),
)
AREAS = TableSchema(
    "areas",
    (
        Column("code_system", TEXT, True, "which code table, e.g. nbs2023 or osm"),
        Column("code", TEXT, True, "area code, always text"),
        Column("name_zh", TEXT, True, "Chinese name, or the only name"),
        Column("name_en", TEXT, True, "English name, or the only name"),
        Column("level", TEXT, True, f"one of {LEVELS} or grid"),
        Column("parent", TEXT, False, "code of the area above"),
        Column("geometry", WKB, False, "polygon or multipolygon; null: code known, border not"),
        Column("valid_from", pa.date32(), False, "first day of the code"),
        Column("valid_to", pa.date32(), False, "last day of the code"),
    ),
    ("code_system", "code"),
)
UPTAKE = TableSchema(
    "uptake",
    (
        Column("area", TEXT, True, "area code"),
        Column("period", TEXT, True, "year, quarter 2024Q1 or month 2024-01"),
        Column("service", TEXT, True, "service id"),
        Column("group", TEXT, True, "group id, or all"),
        Column("served", pa.int64(), True, "persons served, never above eligible", "person"),
        Column("eligible", pa.int64(), True, "persons entitled", "person"),
    ),
    ("area", "period", "service", "group"),
)
TABLES: dict[TableName, TableSchema] = {t.name: t for t in (AREAS, STATIONS, HOUSEHOLDS, UPTAKE)}
