"""The made-up households of the demo's counties, as the peer reads them."""

from pathlib import Path

import numpy as np
import pandas as pd

from geoservice.geo import Floats
from geoservice.ingest.crs import gcj02_to_wgs84

_COLUMNS = {"经度": "float64", "纬度": "float64", "人口": "int32"}


def read_points(home: Path) -> tuple[Floats, Floats, Floats]:
    """Return longitude and latitude in degrees on WGS 84, and the persons, of all households; shapes ``(n,)``."""
    files = sorted(home.glob("counties/*/households.csv"))
    tables = [pd.read_csv(f, usecols=list(_COLUMNS), dtype=_COLUMNS, encoding="gb18030") for f in files]
    lon, lat, persons = (np.concatenate([t[name].to_numpy(float) for t in tables]) for name in _COLUMNS)
    return *gcj02_to_wgs84(lon, lat), persons
