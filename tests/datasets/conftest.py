"""Stores of datasets: a folder, and a bucket of an S3-compatible server."""

from pathlib import Path

import pytest
from s3_server import S3Server

from geoservice.datasets import Store, open_store


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Return an empty store."""
    if request.param == "folder":
        return open_store(str(tmp_path / "data"))
    server: S3Server = request.getfixturevalue("s3")
    return open_store(f"s3://{server.bucket()}/studies/安庆", server.environment)
