"""Analyses that are asked live equal those of a release that is published with the edited stations."""

from collections.abc import Callable
from typing import Any

import pytest

from geoservice.errors import ParameterError
from geoservice.live.analysis_answer import LIVE_ANALYSES, analysis_answer
from geoservice.live.edits import StationEdit
from geoservice.live.engine import Engine
from geoservice.live.question import AnalysisQuestion, CapacityQuestion
from geoservice.release import ReleaseStore

from .conftest import table_of

Table = list[dict[str, Any]]
ASKED = {"service": "checkup", "mode": "walk"}
KEY = ("geography", "unit", "measure", "nth", "group", "minutes")
CLOSED = StationEdit(station="A", open=False)
NEW = StationEdit(station="C", lon=10.0144, lat=0.0, tier="village", services=("checkup",), capacity=50)


def answered(engine: Engine, process: str, **inputs: Any) -> dict[tuple[Any, ...], Any]:
    """Return value, margin and status of the features of an answer."""
    question = (CapacityQuestion if process == "capacity" else AnalysisQuestion)(**ASKED, **inputs)
    rows = [feature["properties"] for feature in analysis_answer(process, engine, question)["features"]]
    found = {tuple(row[name] for name in KEY): (row["value"], row["margin"], row["status"]) for row in rows}
    assert len(found) == len(rows) > 0
    return found


def assert_equal_to_release(answer: dict[tuple[Any, ...], Any], table: Table) -> None:
    """Compare with the rows of the release that have these dimensions and measures."""
    rows = {
        tuple(row[name] for name in KEY): (row["value"], row["margin"], row["status"])
        for row in table
        if (row["service"], row["mode"], row["tier"]) == ("checkup", "walk", "any")
    }
    nearest = {key: found for key, found in answer.items() if key[3] == 1}  # the study has no second nearest stations
    measures = {key[2] for key in nearest}
    assert nearest.keys() == {key for key in rows if key[2] in measures}
    for key, (value, margin, status) in nearest.items():
        expected = rows[key]
        assert status == expected[2], key
        for got, wanted in ((value, expected[0]), (margin, expected[1])):
            assert got == (wanted if wanted is None else pytest.approx(wanted, rel=1e-6, abs=1e-6)), key


@pytest.mark.parametrize("process", LIVE_ANALYSES)
def test_without_edits_it_has_the_numbers_of_the_release(engine: Engine, published: ReleaseStore, process: str) -> None:
    assert_equal_to_release(answered(engine, process), table_of(published))


def test_with_edits_it_has_the_numbers_of_a_release_with_these_stations(
    engine: Engine, republished: Callable[[list[str]], Table]
) -> None:
    table = republished(["B,B,village,checkup,90,300,10.0144,0.0144", "C,C,village,checkup,50,0,10.0144,0.0"])
    for process in LIVE_ANALYSES:
        assert_equal_to_release(answered(engine, process, edits=(CLOSED, NEW)), table)


def test_stations_of_other_tiers_do_not_count(engine: Engine) -> None:
    tiers = Engine(engine.arrays, engine.parameters.model_copy(update={"tiers": ("county", "village")}))
    features = analysis_answer("capacity", tiers, CapacityQuestion(**ASKED, tier="village"))["features"]
    assert {f["properties"]["tier"] for f in features} == {"village"}
    assert {f["properties"]["unit"] for f in features if f["properties"]["geography"] == "station"} == {"B"}
    without = answered(engine, "capacity", edits=(CLOSED,))
    assert {key: values[:2] for key, values in answered(tiers, "capacity", tier="village").items()} == {
        key: values[:2] for key, values in without.items()
    }


def test_features_have_names_and_places(engine: Engine) -> None:
    plain = analysis_answer("capacity", engine, CapacityQuestion(**ASKED))
    drawn = analysis_answer("capacity", engine, CapacityQuestion(**ASKED, geometry=True))
    assert plain["numberReturned"] == len(plain["features"])
    for feature, outlined in zip(plain["features"], drawn["features"], strict=True):
        is_station = feature["properties"]["geography"] == "station"
        assert (feature["geometry"] is not None) == is_station
        assert outlined["geometry"]["type"] == ("Point" if is_station else outlined["geometry"]["type"])
        assert feature["properties"]["name_zh"]
        assert feature["properties"]["unit_of_measure"]


def test_fewer_choices_leave_no_fewer_people_without_a_place(engine: Engine) -> None:
    few, many = (
        {key: v for key, (v, *_) in answered(engine, "capacity", nearest=n).items() if key[2] == "unmet_persons"}
        for n in (1, 10)
    )
    assert all(few[key] >= many[key] - 1e-6 for key in many)


def test_what_the_study_does_not_have_is_named(engine: Engine) -> None:
    with pytest.raises(ParameterError, match="mode: got 'fly'"):
        analysis_answer("inequality", engine, AnalysisQuestion(service="checkup", mode="fly"))
