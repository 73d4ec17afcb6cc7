"""A made-up register without faults: twelve villages of a hundred households, no two of them near each other."""

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geoservice.disclosure.data_quality import Surroundings
from geoservice.schema import AREAS, HOUSEHOLDS

DAY = dt.date(2024, 10, 1)
COUNTY = "340811"
TOWNSHIPS = [f"{COUNTY}{n:03d}" for n in (1, 100, 200)]
VILLAGES = [f"{town}{n:03d}" for town in TOWNSHIPS for n in (1, 2, 3, 200)]
PER_VILLAGE = 100
SIDE = 0.02
"""Degrees: the side of a village; a township is a column of four."""


def areas(**names: str) -> pa.Table:
    """Return a county of three townships of four square villages; ``names`` replaces names by ``c<code>``."""
    corners = {v: (117 + SIDE * (i // 4), 30 + SIDE * (i % 4)) for i, v in enumerate(VILLAGES)}
    rows = [_area(COUNTY, "county", None, (117, 30, 117 + 3 * SIDE, 30 + 4 * SIDE), names)]
    for i, town in enumerate(TOWNSHIPS):
        rows.append(_area(town, "township", COUNTY, (117 + SIDE * i, 30, 117 + SIDE * (i + 1), 30 + 4 * SIDE), names))
    rows += [_area(v, "village", v[:9], (x, y, x + SIDE, y + SIDE), names) for v, (x, y) in corners.items()]
    return pa.Table.from_pylist(rows, AREAS.arrow())


def _area(code: str, level: str, parent: str | None, box: tuple[float, ...], names: dict[str, str]) -> dict[str, Any]:
    name = names.get(f"c{code}", code)
    titles = {"code_system": "nbs2023", "code": code, "name_zh": name, "name_en": name}
    return {**titles, "level": level, "parent": parent, "geometry": shapely.to_wkb(shapely.box(*box))}


def households(seed: int = 0) -> dict[str, list[Any]]:
    """Return the columns of the register; households stand on a grid of 10 x 10 a village, 190 m apart."""
    rng = np.random.default_rng(seed)
    n = len(VILLAGES) * PER_VILLAGE
    village, place = np.divmod(np.arange(n), PER_VILLAGE)
    lon = 117 + SIDE * (village // 4) + SIDE * (place % 10 + 0.5 + rng.uniform(-0.1, 0.1, n)) / 10
    lat = 30 + SIDE * (village % 4) + SIDE * (place // 10 + 0.5 + rng.uniform(-0.1, 0.1, n)) / 10
    persons = rng.choice([1, 2, 3, 4, 5, 6], n, p=[0.2, 0.3, 0.25, 0.15, 0.07, 0.03])
    under_6 = rng.binomial(persons - 1, 0.15)
    over_65 = rng.binomial(persons - under_6, 0.15)
    since = np.datetime64("2013-01-01") + rng.integers(0, 11 * 365, n).astype("timedelta64[D]")
    residence = [VILLAGES[v] for v in village]
    return {
        "id": [rng.bytes(16) for _ in range(n)], "lon": lon.tolist(), "lat": lat.tolist(), "precision": ["point"] * n,
        "uncertainty_m": [10.0] * n, "persons": persons.tolist(), "registered_area": [code[:9] for code in residence],
        "residence_area": residence, "since": since.tolist(), "until": [None] * n, "group_over_65": over_65.tolist(),
        "group_under_6": under_6.tolist(),
    }  # fmt: skip


def table(columns: dict[str, list[Any]]) -> pa.Table:
    """Return columns as a table of households; nulls are allowed everywhere, as in a store that lost them."""
    schema = HOUSEHOLDS.arrow(["over_65", "under_6"])
    return pa.table(columns, schema=pa.schema([pa.field(f.name, f.type) for f in schema]))


def around(**changes: Any) -> Surroundings:
    """Return the surroundings of the register: its areas, and Fuyang as the only place in the code list."""
    known = {"341200", "341202"}
    settings: dict[str, Any] = {"areas": areas(), "day": DAY, "loaded": DAY, "is_known_code": known.__contains__}
    return Surroundings(**{**settings, **changes})
