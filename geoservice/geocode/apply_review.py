"""What a filled review workbook says becomes reference points."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from geoservice.addresses.precision import PRECISIONS, finer
from geoservice.errors import BadValues
from geoservice.geocode.fixes import FixedPlace, read_fixes, write_fixes
from geoservice.geocode.geocoder import Geocoder
from geoservice.geocode.review import HEADER, Fix, read_review
from geoservice.ingest.crs import parse_crs, to_wgs84

TYPICAL_M = {
    "unit": 20.0, "building": 20.0, "door": 30.0, "interpolated": 60.0, "compound": 200.0, "nearest_door": 200.0,
    "group": 400.0, "road": 800.0, "village": 1500.0, "town": 5000.0, "county": 20_000.0,
}  # fmt: skip
"""Radius that holds the true place of a chosen candidate in most cases, by precision: a workbook does not state it."""


def apply_review(path: Path, geocoder: Geocoder, folder: Path, crs: str = "EPSG:4326") -> int:
    """Store the rows of a review workbook that are filled as reference points, all of them or none; return their number.

    Parameters
    ----------
    path : Path
    geocoder : Geocoder
        Looks up corrected addresses.
    folder : Path
        The private folder of the project.
    crs : str
        CRS of positions that were typed in: degrees of WGS 84, ``gcj02`` or ``bd09``.

    Raises
    ------
    UnreadableFile, BadValues
        As :func:`geoservice.geocode.review.read_review`; also if a corrected address is not found.
    """
    datum = parse_crs(crs)
    places: list[tuple[str, FixedPlace]] = []
    errors: list[str] = []
    fixes = read_review(path)
    for fix in fixes:
        try:
            places.extend((geocoder.normalised(fix.address), place) for place in _place(fix, geocoder, datum))
        except ValueError as e:
            errors.append(f"row {fix.row}, column {HEADER['corrected']}: {e}")
    if errors:
        raise BadValues(f"{path.name}: {errors[0]}" + (f"; {len(errors) - 1} more rows are wrong" if len(errors) > 1 else ""))
    write_fixes(folder, read_fixes(folder).with_places(places))
    return len(places)


def _place(fix: Fix, geocoder: Geocoder, crs: str) -> Iterator[FixedPlace]:
    """Yield the place of a fix; raises ValueError for a corrected address that is not found well enough."""
    if fix.corrected is None:
        lon, lat = np.array([fix.lon], float), np.array([fix.lat], float)
        if fix.is_typed:
            lon, lat = to_wgs84(crs, lon, lat)
        yield FixedPlace(float(lon[0]), float(lat[0]), fix.precision, TYPICAL_M[fix.precision])
        return
    found = geocoder.geocode(fix.corrected)
    if found.status != "matched" or found.lon is None or found.lat is None or finer("village", found.precision):
        allowed = "an address that is found to its village or better, or a position"
        raise ValueError(f"it was found to the precision {PRECISIONS[found.precision].title_en}, allowed is {allowed}")
    yield FixedPlace(found.lon, found.lat, found.precision, found.uncertainty_m or TYPICAL_M[found.precision])
