"""The geocoder as an import uses it: places of addresses as arrays."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from geoservice.addresses.faults import REASONS
from geoservice.addresses.precision import AREA_PRECISIONS
from geoservice.geo import Bools, Floats
from geoservice.geocode.bulk import end_run, geocode_addresses, places_digest
from geoservice.geocode.geocoder import Geocoder
from geoservice.geocode.household_columns import household_precisions
from geoservice.geocode.results import Results
from geoservice.ingest.located import LocatedAddresses
from geoservice.progress import Progress

_UNKNOWN = frozenset({"part_unknown", "ambiguous"})


@dataclass(frozen=True)
class ImportLocator:
    """Finds the places of the addresses of an import; ``folder`` is the private folder of the project."""

    geocoder: Geocoder
    folder: Path
    progress: Progress

    @property
    def digest(self) -> str:
        """Digest of what decides the places."""
        return hashlib.sha256(places_digest(self.geocoder)).hexdigest()

    def __call__(self, addresses: Sequence[str], /) -> LocatedAddresses:
        """Return the places of addresses."""
        results = geocode_addresses(self.geocoder, addresses, self.folder, self.progress)
        end_run(self.folder)
        precision = household_precisions(results)
        known = np.array([name is not None for name in precision], np.bool_)
        reasons = [REASONS[reason][1] if reason else "not placed in any county" for reason in results.column("reason")]
        lon, lat = (np.where(known, _floats(results.column(name)), np.nan) for name in ("lon", "lat"))
        uncertainty = _floats(results.column("uncertainty_m"))
        uncertainty[_states_unknown_part(results)] = np.nan
        for row, place in _hamlets_of_one_name(results, addresses):
            lon[row], lat[row] = place["lon"], place["lat"]
            uncertainty[row] = results.table.column("uncertainty_m")[row].as_py()
        return LocatedAddresses(lon, lat, pa.array(precision, pa.string()), uncertainty, reasons)


def _states_unknown_part(results: Results) -> Bools:
    """Return which results are an area of which the address states a part that is not known, such as a hamlet.

    They may be in any part of the area, while those that state none are outside its hamlets: no uncertainty tells them apart.
    """
    rows = zip(results.column("precision"), results.column("faults"), strict=True)
    return np.array([p in AREA_PRECISIONS and bool(_UNKNOWN & set(faults.split())) for p, faults in rows], np.bool_)


def _hamlets_of_one_name(results: Results, addresses: Sequence[str]) -> Iterator[tuple[int, Any]]:
    """Yield rows whose address fits several hamlets of an area, each with one of these.

    The area stays what is known. Where in it a household counts is one of the hamlets: the address decides, in equal parts.
    """
    for row, (status, text) in enumerate(zip(results.column("status"), results.column("candidates"), strict=True)):
        if status == "ambiguous" and results.table.column("lon")[row].as_py() is not None:
            candidates = orjson.loads(text)
            if candidates and all(c["precision"] == "group" and c["lon"] is not None for c in candidates):
                digest = hashlib.sha256(addresses[row].encode("utf-8", "replace")).digest()
                yield row, candidates[int.from_bytes(digest[:8]) % len(candidates)]


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], float)
