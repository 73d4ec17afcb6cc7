"""The geocoder as an import uses it: places of addresses as arrays."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from geoservice.addresses.faults import REASONS
from geoservice.geo import Floats
from geoservice.geocode.bulk import end_run, geocode_addresses, places_digest
from geoservice.geocode.geocoder import Geocoder
from geoservice.geocode.household_columns import household_precisions
from geoservice.ingest.located import LocatedAddresses
from geoservice.progress import Progress


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
        return LocatedAddresses(lon, lat, pa.array(precision, pa.string()), _floats(results.column("uncertainty_m")), reasons)


def _floats(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], float)
