"""The order of imports."""

from pathlib import Path

import pytest

from geoservice.demo import import_plan
from geoservice.errors import NotFound


def test_areas_come_first_and_households_last(helsinki: Path, yixiu: Path) -> None:
    for folder, options in ((helsinki, {}), (yixiu, {"crs": "gcj02"})):
        steps = import_plan(folder)
        assert [s.table for s in steps] == ["areas", "network", "stations", "households"]
        assert [s.options for s in steps] == [{}, {}, options, options]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"areas\.geojson"):
        import_plan(tmp_path)
