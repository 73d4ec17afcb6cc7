"""Household ids: the same digests from this process and from a child process."""

import hmac
import sys

import pyarrow as pa
import pytest

from geoservice.errors import Unavailable
from geoservice.ingest import household_ids as module
from geoservice.ingest.household_ids import household_ids

SECRET = bytes(range(32))
KEYS = ["34-001", "", "宜秀区永林村7-6-1046", "x" * 5000, "34-002", "34-003"]


def expected(key: str) -> bytes:
    return hmac.digest(SECRET, key.encode(), "sha256")[:16]


def test_an_id_is_the_first_half_of_an_hmac() -> None:
    ids = household_ids(pa.array([*KEYS, None]), SECRET)()
    assert ids.to_pylist() == [*map(expected, KEYS), expected("")]


def test_a_child_process_computes_the_same_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_INLINE", 2)
    monkeypatch.setattr(module, "BATCH", 4)
    keys = pa.array(["cut off", *KEYS]).slice(1)
    assert household_ids(keys, SECRET)().to_pylist() == [*map(expected, KEYS)]


def test_a_process_that_ends_early_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_INLINE", 2)
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with pytest.raises(Unavailable, match="ended early"):
        household_ids(pa.array(KEYS), SECRET)()
