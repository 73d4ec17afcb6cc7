"""Stations: which ones are active, and their opening hours."""

from collections.abc import Callable

import pytest
from few_rows import stations

from geoservice.errors import BadValues
from geoservice.ingest import Report
from geoservice.project import Project

Load = Callable[..., Report]


@pytest.mark.parametrize("word", ["停用", "撤销", "closed", "暂停", "否", "0", "Temporarily closed"])
def test_an_inactive_station_is_stored_and_noted(load: Load, project: Project, areas: None, word: str) -> None:
    report = load("stations", "s.csv", stations("状态", word))
    assert project.read("stations").column("active").to_pylist() == [False, True]
    assert "1 stations are not active: they are stored, but neither counted nor shown" in report.notes


def test_a_station_that_is_never_open_is_not_active(load: Load, project: Project, areas: None) -> None:
    load("stations", "s.csv", stations("开放时间", "off"))
    assert project.read("stations").select(["active", "opening_hours"]).to_pydict() == {
        "active": [False, True],
        "opening_hours": ["off", None],
    }


def test_invalid_opening_hours_are_rejected(load: Load, areas: None) -> None:
    with pytest.raises(
        BadValues, match=r"s\.csv.*row 2, column 开放时间: not understood, got '随时', allowed: as OpenStreetMap"
    ):
        load("stations", "s.csv", stations("开放时间", "随时"))
