"""geoservice export --dataset: what it prints, and what it leaves."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from s3_server import S3Server
from scenario_release import release_content

from geoservice.release.folder import FolderStore


@pytest.fixture
def published(home: Path) -> Path:
    FolderStore(home / "releases", read_only=False).write(release_content(role="planner"))
    return home


def test_a_release_is_written_to_a_bucket(cli: Any, published: Path, s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    url = f"s3://{s3.bucket()}/study"
    ended = cli("export", "--dataset", url, "-C", published)
    assert ended.code == 0, ended.err
    printed = ended.out.replace("\n", " ")
    assert f"{url}/stations: 3 rows in 0 counties; in the service it is for role planner" in printed
    assert f"{url}/release_table: 0 rows in 0 counties" in printed


def test_layers_are_chosen(cli: Any, published: Path, tmp_path: Path) -> None:
    ended = cli("export", "--dataset", tmp_path / "out", "--layer", "stations", "-C", published)
    assert ended.code == 0, ended.err
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["release.json", "stations"]
    assert pq.read_metadata(tmp_path / "out" / "stations" / "county=__none__" / "part-0.parquet").num_rows == 3
    ended = cli("export", "--dataset", tmp_path / "out", "--layer", "roads", "-C", published)
    assert ended.code == 31
    assert "layer 'roads' does not exist; there are stations" in ended.err
