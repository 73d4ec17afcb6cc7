"""The order of imports."""

from pathlib import Path

import pytest

from geoservice.demo import import_plan, write_yixiu
from geoservice.errors import NotFound


def test_areas_come_first_and_households_last(helsinki: Path, yixiu: Path) -> None:
    assert [s.table for s in import_plan(helsinki)] == ["areas", "network", "stations", "households"]
    assert [s.table for s in import_plan(yixiu)] == ["areas", "network", "stations", "uptake", "pyramids", "households"]
    assert [s.options for s in import_plan(helsinki)] == [{}] * 4
    assert [s.options for s in import_plan(yixiu)] == [{}, {}, {"crs": "gcj02"}, {}, {}, {"crs": "gcj02"}]


def test_households_without_coordinates_are_in_no_datum(tmp_path: Path) -> None:
    write_yixiu(tmp_path, 1000, public_tables=False, coordinates=False)
    header = (tmp_path / "households.csv").read_text(encoding="gb18030").splitlines()[0].split(",")
    assert "地址" in header
    assert not {"经度", "纬度"} & set(header)
    assert len(header) == 7
    (households,) = [s for s in import_plan(tmp_path) if s.table == "households"]
    assert households.options == {"crs": "gcj02"}, "it is not used"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"areas\.geojson"):
        import_plan(tmp_path)
