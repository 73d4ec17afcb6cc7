"""The private content of the demo's register, in every form in which it could leak."""

import base64
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from geoservice.register import open_register


@dataclass(frozen=True)
class Private:
    """Ids as bytes patterns, points as rounded pairs, exact counts as numbers written out."""

    ids: frozenset[bytes]
    points: frozenset[tuple[float, float]]
    counts: frozenset[str]
    register_keys: frozenset[bytes]

    def found_in(self, body: bytes) -> set[bytes]:
        """Ids and register keys that stand in a body as words; one pass over it."""
        word = bytes(c if chr(c).isascii() and (chr(c).isalnum() or chr(c) in "+/=-_") else 32 for c in range(256))
        words = set(body.translate(word).split())
        return (words & self.ids) | (words & self.register_keys)


def _forms(raw: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    return raw.hex().encode(), raw.hex().upper().encode(), base64.b64encode(raw), base64.urlsafe_b64encode(raw)


def _record_key(raw: bytes) -> bytes:
    return str(int.from_bytes(raw[:8], "big")).encode()


@pytest.fixture(scope="session")
def private(demo_home: Path) -> Private:
    """Read the demo's register."""
    with closing(open_register(demo_home / "register", None, "geoservice")) as register:
        households = register.read("households")
    ids = {form for raw in households.column("id").to_pylist() for form in (*_forms(raw), _record_key(raw))}
    lon, lat = (np.round(households.column(c).to_numpy(), 6) for c in ("lon", "lat"))
    register = (demo_home / "households.csv").read_text(encoding="utf-8").splitlines()[1:]
    return Private(
        frozenset(ids),
        frozenset(zip(lon.tolist(), lat.tolist(), strict=True)),
        frozenset(_exact_counts(households)),
        frozenset(line.split(",")[0].strip('"').encode() for line in register),
    )


def _exact_counts(households: pa.Table) -> set[str]:
    """Households and persons of the whole and of every area, those of four digits or more."""
    by_area = households.group_by("residence_area").aggregate([("persons", "sum"), ("persons", "count")])
    whole = [households.num_rows, pc.sum(households.column("persons")).as_py()]
    counts = whole + by_area.column("persons_sum").to_pylist() + by_area.column("persons_count").to_pylist()
    return {str(n) for n in counts if n >= 1000}
