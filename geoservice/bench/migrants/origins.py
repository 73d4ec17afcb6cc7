"""Time and memory of the origin-destination table of 10 million households, with OpenDP's noise."""

from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from multiprocessing import get_context
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geoservice.bench.extract import peak_mb
from geoservice.disclosure.origins import Migrants, list_origins, measure_origins, origins_of
from geoservice.disclosure.sampler import OpenDPSampler
from geoservice.disclosure.tree import build_tree
from geoservice.divisions import divisions
from geoservice.schema import AREAS

HOUSEHOLDS, TOWNSHIPS = 10_000_000, 30
SECONDS_BAR, MEGABYTES_BAR = 15.0, 4096.0


def measure_origin_table() -> dict[str, dict[str, Any]]:
    """Return the seconds and the peak memory of a measurement, in a process of its own; all households are migrants."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        seconds, megabytes, rows = pool.submit(_run).result()
    name = f"origin-destination table of {HOUSEHOLDS} migrant households, {rows} rows"
    memory = "peak memory of the table, with the households"
    return {name: _bar(seconds, "s", SECONDS_BAR), memory: _bar(megabytes, "MB", MEGABYTES_BAR)}


def _bar(value: float, unit: str, bar: float) -> dict[str, Any]:
    return {"value": round(value, 1), "unit": unit, "bar": bar, "holds": value <= bar, "peer": "", "ratio": ""}


def _areas() -> pa.Table:
    """Return a county of ``TOWNSHIPS`` townships side by side."""
    names = {"code_system": "nbs2023", "valid_from": None, "valid_to": None}
    boxes = [shapely.box(117 + 0.02 * k, 30.5, 117 + 0.02 * (k + 1), 30.7) for k in range(TOWNSHIPS)]
    rows = [{**names, "code": "340811", "level": "county", "parent": None, "geometry": shapely.union_all(boxes)}]
    rows += [
        {**names, "code": f"340811{k + 1:03d}", "level": "township", "parent": "340811", "geometry": box}
        for k, box in enumerate(boxes)
    ]
    table = [{**r, "name_zh": r["code"], "name_en": r["code"], "geometry": shapely.to_wkb(r["geometry"])} for r in rows]
    return pa.Table.from_pylist(table, schema=AREAS.arrow())


def _run() -> tuple[float, float, int]:
    areas = _areas()
    tree = build_tree(areas, None)
    random = np.random.default_rng(40)
    counties = pa.array([c for c in divisions() if len(c) == 6], pa.string())
    weight = random.pareto(1.2, len(counties)) + 0.05
    codes = random.choice(len(counties), HOUSEHOLDS, p=weight / weight.sum()).astype(np.int32)
    homes = counties.take(pa.array(codes, pa.int32()))
    square = random.integers(0, len(tree.base_node), HOUSEHOLDS).astype(np.int32)
    persons = random.integers(1, 7, HOUSEHOLDS)
    start = perf_counter()
    origins = list_origins(areas, chinese=True)
    wide, fine = origins_of(homes, origins, areas, chinese=True)
    flows = measure_origins(tree, origins, Migrants(square, wide, fine, persons), Fraction(15, 100), OpenDPSampler())
    return perf_counter() - start, peak_mb(), len(flows.area)
