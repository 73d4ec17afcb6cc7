"""A geocoder of the made-up county."""

from pathlib import Path

import pytest
from made_gazetteer import county, made_gazetteer

from geoservice.geocode.geocoder import Geocoder


@pytest.fixture(scope="session")
def gazetteer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_gazetteer(tmp_path_factory.mktemp("gazetteer"), *county()).folder


@pytest.fixture
def geocoder(gazetteer_folder: Path) -> Geocoder:
    return Geocoder(gazetteer_folder)
