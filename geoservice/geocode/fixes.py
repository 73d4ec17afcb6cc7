"""Reference points: places of addresses that somebody who knows them has fixed.

A reference point comes from a register, so it is private. It holds no address, only a keyed hash of its normalised text, and
stays in the folder ``geocode`` of the project, which its owner alone can read; the gazetteer of a release has none of them.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from geoservice.addresses.geocoded import Geocoded
from geoservice.addresses.precision import PRECISIONS
from geoservice.durable import atomic_write
from geoservice.errors import InputError

SECRET, POINTS = "secret", "fixes.parquet"
_FIELDS: dict[str, pa.DataType] = {
    "key": pa.binary(16),
    "lon": pa.float64(),
    "lat": pa.float64(),
    "precision": pa.string(),
    "uncertainty_m": pa.float64(),
}
SCHEMA = pa.schema(_FIELDS)


@dataclass(frozen=True)
class FixedPlace:
    """Where an address is: degrees, a precision of the ladder, and the radius that holds the true place in 9 of 10 cases."""

    lon: float
    lat: float
    precision: str
    uncertainty_m: float


@dataclass(frozen=True)
class Fixes:
    """Reference points by the keyed hash of an address."""

    secret: bytes = b""
    points: Mapping[bytes, FixedPlace] = field(default_factory=dict)

    def key(self, text: str) -> bytes:
        """Return the keyed hash of a normalised address."""
        return hmac.digest(self.secret, text.encode(), hashlib.sha256)[:16]

    def of(self, text: str) -> Geocoded | None:
        """Return the place of a normalised address, None if it is not among them."""
        place = self.points.get(self.key(text)) if self.points else None
        if place is None:
            return None
        return Geocoded(
            "matched", lon=place.lon, lat=place.lat, precision=place.precision, score=PRECISIONS[place.precision].points,
            uncertainty_m=place.uncertainty_m, matched="",
        )  # fmt: skip

    def with_places(self, places: Iterable[tuple[str, FixedPlace]]) -> "Fixes":
        """Return these reference points and further ones, by normalised address; the last one of an address counts."""
        return replace(self, points={**self.points, **{self.key(text): place for text, place in places}})


def private_folder(home: Path) -> Path:
    """Return the folder of what is private about geocoding, made at first, for its owner alone."""
    folder = home / "geocode"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def read_fixes(folder: Path) -> Fixes:
    """Return the reference points of a folder; the secret is made at first.

    Raises :class:`InputError` if a file is damaged.
    """
    secret = folder / SECRET
    if not secret.exists():
        with atomic_write(secret) as aside:
            handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(32))
    points: dict[bytes, FixedPlace] = {}
    if (folder / POINTS).exists():
        try:
            rows = pq.read_table(folder / POINTS, schema=SCHEMA).to_pylist()
        except (OSError, pa.ArrowException) as e:
            raise InputError(f"{folder / POINTS}: the reference points cannot be read; load the review workbooks again") from e
        points = {row.pop("key"): FixedPlace(**row) for row in rows}
    return Fixes(secret.read_bytes(), points)


def write_fixes(folder: Path, fixes: Fixes) -> None:
    """Write reference points into a folder, in place of the ones there."""
    rows = [{"key": key, **vars(place)} for key, place in sorted(fixes.points.items())]
    with atomic_write(folder / POINTS) as aside:
        os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        pq.write_table(pa.Table.from_pylist(rows, SCHEMA), aside)
