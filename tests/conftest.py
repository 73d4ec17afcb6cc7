"""Fixtures for all tests."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def reference() -> Path:
    """Return the folder of published reference data, or skip."""
    folder = os.environ.get("GEOSERVICE_REFERENCE_DATA")
    if not folder:
        pytest.skip("set GEOSERVICE_REFERENCE_DATA to the folder of published reference data to run this test")
    return Path(folder).resolve()
