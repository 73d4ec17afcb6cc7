"""The order of imports."""

from pathlib import Path

import pytest

from geoservice.demo import import_plan
from geoservice.errors import NotFound


def test_areas_come_first_and_households_last(helsinki: Path, yixiu: Path) -> None:
    assert [s.table for s in import_plan(helsinki)] == ["areas", "network", "stations", "households"]
    assert [s.table for s in import_plan(yixiu)] == ["areas", "network", "stations", "uptake", "pyramids", "households"]
    assert [s.options for s in import_plan(helsinki)] == [{}] * 4
    assert [s.options for s in import_plan(yixiu)] == [{}, {}, {"crs": "gcj02"}, {}, {}, {"crs": "gcj02"}]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"areas\.geojson"):
        import_plan(tmp_path)
