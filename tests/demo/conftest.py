"""The demo folders, written once."""

from pathlib import Path

import pytest

from geoservice.demo import write_helsinki, write_yixiu


@pytest.fixture(scope="session")
def helsinki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("helsinki-files")
    write_helsinki(folder)
    return folder


@pytest.fixture(scope="session")
def yixiu(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("yixiu-files")
    write_yixiu(folder, 10_000)
    return folder
