"""Our times beside Valhalla's between the same points of the same extracts; `data/README.md` says how these were recorded."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoservice.network.build import build_network
from geoservice.network.graph import Graph, load_graph
from geoservice.network.snap import snap
from geoservice.network.travel import pairs
from geoservice.progress import quiet

from .valhalla_times import DATA, EXTRACTS, MODES

LIMIT = 12 * 3_600_000  # the longest walk takes ten hours
SNAP_METRES = 5.0  # the points are on streets
TOLERANCE = 0.25
LARGEST_SHARE = {"walk": 0.01, "cycle": 0.08, "drive": 0.05}
LARGEST_SHARE_IN_HELSINKI = {"cycle": 0.10, "drive": 0.10}  # a centre of 1.6 km: one detour is a quarter of a trip


def recorded(name: str) -> pd.DataFrame:
    """Return the pairs of an extract with Valhalla's times in seconds, NaN where it has no route."""
    return pd.read_csv(DATA / f"valhalla_{name}.csv")


def seconds(graph: Graph, rows: pd.DataFrame) -> np.ndarray:
    """Return our time of each pair, NaN where there is no path or a point is on no street of the mode."""
    start = snap(graph, rows["from_lon"].to_numpy(), rows["from_lat"].to_numpy(), SNAP_METRES)
    end = snap(graph, rows["to_lon"].to_numpy(), rows["to_lat"].to_numpy(), SNAP_METRES)
    times = pairs(graph, end, np.zeros(len(rows), np.int32), start, LIMIT, "to")
    of_pair = np.repeat(np.arange(len(rows)), np.diff(times.indptr)) == times.point
    result = np.full(len(rows), np.nan)
    result[times.point[of_pair]] = times.ms[of_pair] / 1000
    return result


def share_off(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Return the share of pairs that differ by more than the tolerance once the median ratio is one; one time alone differs.

    >>> share_off(np.array([2.0, 4.0, 6.0, 9.0, np.nan, np.nan]), np.array([1.0, 2.0, 3.0, 3.0, 1.0, np.nan]))
    0.4
    """
    either = ~(np.isnan(ours) & np.isnan(theirs))
    ratio = ours[either] / theirs[either]
    close = np.abs(ratio / np.nanmedian(ratio) - 1) <= TOLERANCE
    return float(1 - close.mean())


def check(pbf: Path, name: str, mode: str, folder: Path, largest: float) -> None:
    build_network(pbf, folder, [mode], None, quiet)
    rows = recorded(name)
    share = share_off(seconds(load_graph(folder, mode), rows), rows[mode].to_numpy())
    assert share <= largest


@pytest.mark.reference
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", EXTRACTS)
def test_reference(reference: Path, name: str, mode: str, tmp_path: Path) -> None:
    check(reference / EXTRACTS[name], name, mode, tmp_path, LARGEST_SHARE[mode])


@pytest.mark.parametrize("mode", LARGEST_SHARE_IN_HELSINKI)
def test_helsinki(helsinki: Path, mode: str, tmp_path: Path) -> None:
    check(helsinki, "helsinki", mode, tmp_path, LARGEST_SHARE_IN_HELSINKI[mode])
