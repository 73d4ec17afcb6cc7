"""San Francisco, 205 census tracts and 16 stores by network distance: the figures that the tests of spopt 0.6 publish."""

import csv
from pathlib import Path

import numpy as np
import pytest

from geoservice.analysis.siting.backup import backed_up, lscp_b
from geoservice.analysis.siting.center import p_center
from geoservice.analysis.siting.coverage import mclp
from geoservice.analysis.siting.median import p_median
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.set_cover import lscp

from .problems import problem_of

pytestmark = pytest.mark.reference
UNITS = 10_000
"""Distances are whole numbers here: tenths of a millimetre."""
LIMIT = 5_000 * UNITS


@pytest.fixture(scope="module")
def stores(reference: Path) -> tuple[Problem, np.ndarray]:
    """Return the problem, and distances in metres by store and tract."""
    file = reference / "spopt_sf" / "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    store, tract = ({name: n for n, name in enumerate(dict.fromkeys(r[c] for r in rows))} for c in ("name", "DestinationName"))
    metres, people = np.zeros((len(store), len(tract))), np.zeros(len(tract))
    for r in rows:
        metres[store[r["name"]], tract[r["DestinationName"]]] = float(r["distance"])
        people[tract[r["DestinationName"]]] = float(r["demand"])
    return problem_of(np.rint(metres * UNITS), people), metres


def test_lscp(stores: tuple[Problem, np.ndarray]) -> None:
    found = lscp(stores[0], limit=LIMIT)
    assert (found.objective, found.proven, found.unreachable.tolist()) == (8.0, True, [])


def test_mclp(stores: tuple[Problem, np.ndarray]) -> None:
    found = mclp(stores[0], 4, limit=LIMIT)
    assert (found.objective, found.proven, len(found.unserved)) == (875247.0, True, 21)
    assert 100 * stores[0].within(LIMIT).reached(found.sites).mean() == pytest.approx(89.75609756, abs=5e-9)


def test_p_median(stores: tuple[Problem, np.ndarray]) -> None:
    problem, metres = stores
    found = p_median(problem, 4)
    total = float(problem.weight @ metres[found.sites].min(axis=0))
    assert found.proven
    assert total == pytest.approx(2848268129.71, abs=0.005)
    assert total / problem.weight.sum() == pytest.approx(2982.1268579890657, rel=1e-14)


def test_p_center(stores: tuple[Problem, np.ndarray]) -> None:
    problem, metres = stores
    found = p_center(problem, 4)
    assert found.proven
    assert metres[found.sites].min(axis=0).max() == pytest.approx(7403.0638, abs=5e-5)


def test_lscp_b(stores: tuple[Problem, np.ndarray]) -> None:
    """The published 81.46341463 % count 22 tracts as backed up that a single store is near; nobody can back them up."""
    problem, metres = stores
    tracts = Problem(problem.pairs, np.ones(205)).within(LIMIT)
    found = lscp_b(tracts)
    near = (metres <= 5_000).sum(axis=0)
    assert (len(found.sites), found.objective, found.proven) == (8, 145.0, True)
    assert backed_up(tracts, found.sites) == 145.0
    assert 100 * (found.objective + (near == 1).sum()) / 205 == pytest.approx(81.46341463, abs=5e-9)
