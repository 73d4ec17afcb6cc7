"""The named places of a study: those of the OSM extract, or else its villages and stations."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geoservice.analysis.base import NamedPlaces
from geoservice.areas import area_outlines
from geoservice.network.named_places import NamedPlace


def places_of_names(named: Sequence[NamedPlace], areas: pa.Table, stations: pa.Table) -> NamedPlaces:
    """Return the places named in the OSM extract; if it names none, the areas of the level ``village`` and the stations."""
    if named:
        lon, lat, zh, en = zip(*named, strict=True)
        return NamedPlaces(np.array(lon, float), np.array(lat, float), zh, en)
    villages = areas.filter(pc.field("level") == "village")
    outlines = area_outlines(villages)
    rows = [r for r in villages.select(["code", "name_zh", "name_en"]).to_pylist() if r["code"] in outlines]
    centres = [shapely.point_on_surface(outlines[r["code"]]) for r in rows]
    names = [str(n) for n in stations.column("name").to_pylist()]
    return NamedPlaces(
        np.concatenate([np.array([c.x for c in centres], float), stations.column("lon").to_numpy()]),
        np.concatenate([np.array([c.y for c in centres], float), stations.column("lat").to_numpy()]),
        [*(r["name_zh"] for r in rows), *names],
        [*(r["name_en"] for r in rows), *names],
    )
