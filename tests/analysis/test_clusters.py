"""Clusters of the scan statistic among the areas of a study."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from toy_district import SIDE, N, make_surface, units, walk

from geoservice.analysis import clusters
from geoservice.analysis.base import Demand
from geoservice.demand import Quantity

HOUSEHOLDS = 200.0
MIGRANTS = Quantity("households", "migrant")


@pytest.fixture(scope="module")
def villages(context):
    """The toy district with a village for each cell."""
    column, row = (a.ravel() for a in np.meshgrid(np.arange(N), np.arange(N)))
    x, y = (column + 0.5) * SIDE, (row + 0.5) * SIDE
    half = SIDE / 2
    names = [f"v{c}{r}" for c, r in zip(column, row, strict=True)]
    shapes = units("village", names, shapely.box(x - half, y - half, x + half, y + half))
    return replace(context, levels=("village",), areas={"village": shapes}), x, y, (column < 3) & (row < 3)


def analysed(villages, inside: float, outside: float, noise: float = 0.0):
    context, x, y, corner = villages
    jitter = np.random.default_rng(3).binomial(200, 0.2, len(x)) - 40
    migrants = np.where(corner, inside, outside) * HOUSEHOLDS + jitter
    surface = make_surface(x, y, np.full(len(x), HOUSEHOLDS), migrants, noise)
    surface = replace(
        surface,
        values=surface.values | {MIGRANTS: migrants},
        scales=surface.scales | {MIGRANTS: np.array([noise])},
        positive=surface.positive | {MIGRANTS: migrants},
    )
    area = {"village": np.arange(len(x), dtype=np.int32)}
    travel = {t: walk(x, y) for t in context.demand.travel}
    demand = Demand(surface, area, area["village"], travel, {"walk": np.zeros(len(x), np.bool_)})
    found = clusters.analyse(replace(context, demand=demand), clusters.Params(standards={"clinic": 10}), None)
    return found.rows.to_pandas(), found.units[0].table.to_pandas()


def test_a_planted_cluster_is_found_with_its_areas(villages):
    rows, outlines = analysed(villages, 0.5, 0.2)
    first = outlines[outlines["unit"] == "village-migrant-1"].iloc[0]
    corner = {f"v{c}{r}" for c in range(3) for r in range(3)}
    assert len(corner & set(first["areas"].split())) >= 8
    value = rows[rows["unit"] == "village-migrant-1"].set_index("measure")["value"]
    assert value["cluster_p"] == pytest.approx(0.001)
    assert value["relative_risk"] > 2
    assert value["rank"] == 1


def test_an_even_map_has_no_cluster(villages):
    _, outlines = analysed(villages, 0.2, 0.2)
    assert (outlines["service"] != "").all()


def test_noise_widens_what_chance_explains(villages):
    rows, _ = analysed(villages, 0.3, 0.2)
    noisy, _ = analysed(villages, 0.3, 0.2, noise=60.0)
    assert (rows["unit"] == "village-migrant-1").any()
    assert not (noisy["unit"] == "village-migrant-1").any()


def test_a_study_of_few_areas_has_no_clusters(context):
    assert clusters.analyse(context, clusters.Params(), None).rows.num_rows == 0
