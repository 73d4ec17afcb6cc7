from pathlib import Path

import geopandas
import numpy as np
import pytest

from geoservice.analysis.spatial_statistics.weights import Weights

POINTS = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], float)


@pytest.fixture(scope="session")
def six_points() -> tuple[np.ndarray, Weights]:
    """Return the example of Getis and Ord's G in PySAL: values, and neighbours within 15."""
    return np.array([2, 3, 3.2, 5, 8, 7]), Weights.distance_band(*POINTS.T, 15.0)


@pytest.fixture(scope="session")
def sids() -> geopandas.GeoDataFrame:
    """Return sudden infant deaths of the 100 counties of North Carolina, from the wheel of libpysal."""
    libpysal = pytest.importorskip("libpysal")
    return geopandas.read_file(Path(libpysal.__file__).parent / "examples" / "sids2" / "sids2.shp")


@pytest.fixture(scope="session")
def sids_weights(sids: geopandas.GeoDataFrame) -> Weights:
    """Return common borders of the counties: their neighbours in ``sids2.gal``. Coordinates are degrees here."""
    return Weights.contiguity(sids.geometry.to_numpy(), rook=True, tolerance=1e-6)
