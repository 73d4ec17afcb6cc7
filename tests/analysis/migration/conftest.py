"""Published flows: Austria 2006, Korea 2012-2020, the United Arab Republic in 1960."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest


class System(NamedTuple):
    """Flows, distances in km and sizes of the origins and the destinations."""

    flows: np.ndarray
    distances: np.ndarray
    origins: np.ndarray
    destinations: np.ndarray


@pytest.fixture(scope="session")
def austria(reference: Path) -> System:
    """Return migration between the 9 states of Austria in 2006."""
    table = pd.read_csv(reference / "austria" / "austria.csv")
    flows, distances, out, arrived = (table[c].to_numpy(float).reshape(9, 9) for c in ("Data", "Dij", "Oi", "Dj"))
    return System(flows, distances, out[:, 0], arrived[0])


@pytest.fixture(scope="session")
def korea(reference: Path) -> dict[int, System]:
    """Return migration between the 17 first-level regions of Korea by year; the diagonal is moves within them."""
    table = pd.read_csv(reference / "korea_migration" / "korea_gravity.csv")
    systems = {}
    for year, rows in table.groupby("year"):
        flows, distances, origins, destinations = (
            rows[c].to_numpy(float).reshape(17, 17) for c in ("flow", "dist_cent", "orig_pop", "dest_pop")
        )
        systems[int(year)] = System(flows, distances, origins[:, 0] * 1e6, destinations[0] * 1e6)
    return systems


@pytest.fixture(scope="session")
def uar() -> np.ndarray:
    """Return people by governorate of birth (rows) and of enumeration: United Nations (1970), Manual VI, table 1."""
    return np.array(
        [
            [2079434, 31049, 5293, 9813, 23837, 10034, 7038, 88543, 4951, 2569, 58476],  # Cairo
            [47220, 1085602, 2641, 2625, 2135, 4921, 1505, 6910, 1355, 1467, 29534],  # Alexandria
            [9464, 2562, 168046, 6461, 496, 817, 323, 1505, 326, 454, 11184],  # Port Said
            [9518, 1395, 3490, 171297, 718, 910, 306, 1593, 319, 263, 10269],  # Ismailia
            [90668, 4730, 758, 3182, 886464, 3727, 3523, 10279, 340, 128, 18076],  # Kalyubia
            [99179, 39953, 1742, 3347, 7870, 1604851, 6313, 14529, 848, 491, 64140],  # Gharbia
            [216764, 46781, 1640, 3338, 2918, 29580, 1308283, 30915, 567, 401, 47843],  # Menoufia
            [64584, 4899, 513, 2013, 2887, 1503, 2161, 1040179, 540, 433, 13518],  # Giza
            [100305, 25497, 1738, 2522, 122, 2245, 636, 13153, 1290255, 5955, 35157],  # Assyiut
            [100100, 63712, 12087, 9436, 295, 2791, 1095, 17958, 11608, 1540020, 53224],  # Souhag
            [456464, 177476, 43898, 66973, 49816, 47315, 12179, 94577, 14690, 22375, 11900302],  # all others
        ],
        float,
    )
