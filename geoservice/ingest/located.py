"""Points of rows that state an address and no coordinates, from a geocoder that the caller brings along."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from geoservice.geo import Floats
from geoservice.ingest.arrow_compute import Column
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.coordinates import has_coordinates

ADDRESSES = "addresses"
"""What stands in a report in place of a CRS."""
_ALLOWED = "an address of this area that the gazetteer knows; geoservice geocode FILE makes a workbook to review them"


class LocatedAddresses(NamedTuple):
    """Places of addresses; shapes ``(n,)``.

    ``lon`` and ``lat`` are in degrees, NaN where ``reason`` says why there is no place; ``precision`` is one of
    :data:`geoservice.schema.PRECISIONS`, null there; ``uncertainty_m`` the radius that holds the true place in 9 of 10 cases.
    """

    lon: Floats
    lat: Floats
    precision: Column
    uncertainty_m: Floats
    reason: Sequence[str]


class AddressLocator(Protocol):
    """Finds the places of addresses."""

    @property
    def digest(self) -> str:
        """Digest of what decides the places: the gazetteer, reference points, the scope."""
        ...

    def __call__(self, addresses: Sequence[str], /) -> LocatedAddresses:
        """Return the places of addresses; an empty one has none."""
        ...


def uses_addresses(cells: ColumnValues) -> bool:
    """Whether the rows of a file have addresses and no coordinates."""
    return cells.has("address") and not has_coordinates(cells) and not cells.has("wkt") and cells.raw.geometry is None


def locate_addresses(cells: ColumnValues, locator: AddressLocator, *, private: bool) -> LocatedAddresses:
    """Return the places of the addresses of a file; rows without a place are rejected, the others counted by precision."""
    located = locator([text or "" for text in cells.column("address").to_pylist()])
    nowhere = ~np.isfinite(located.lon)
    reasons = [located.reason[i] for i in np.flatnonzero(nowhere).tolist()]
    cells.reject(nowhere, "address", reasons, _ALLOWED, private=private)
    counts = Counter(name for name in located.precision.to_pylist() if name)
    parts = ", ".join(f"{name} {count}" for name, count in counts.most_common())
    cells.notes.append(
        f"the rows state no coordinates, so their addresses were looked up; places by precision: {parts or 'none'}"
    )
    return located
