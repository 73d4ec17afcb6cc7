import pytest

from geoservice.errors import MissingColumn
from geoservice.ingest.columns import fields_of, map_columns
from geoservice.ingest.header_names import guess_columns
from geoservice.ingest.header_patterns import SURE, score
from geoservice.ingest.headers import clean_headers
from geoservice.ingest.report import Options
from geoservice.study import Study

HOUSEHOLDS = ["id", "lon", "lat", "persons", "registered_area", "group_under_6"]


@pytest.mark.parametrize(
    "headers",
    [
        ["户编号", "经度", "纬度", "常住人口", "户籍地代码", "六岁以下"],
        ["HHID", "X", "Y", "Population", "Origin", "under_6"],
        ["家庭编号", "lng", "lat", "人口(人)", "户籍地", "Under six"],
        ["户号", "Longitude", "Latitude", "家庭人口数", "来源地", "group_under_6"],
    ],
)
def test_headers_of_households_are_understood(study: Study, headers: list[str]) -> None:
    found = guess_columns(headers, fields_of("households", study))
    assert {f: found[f] for f in HOUSEHOLDS} == dict(zip(HOUSEHOLDS, headers, strict=True))


@pytest.mark.parametrize(
    "headers", [["机构编号", "机构名称", "级别", "服务项目", "床位数"], ["station_id", "Name", "Type", "Services", "beds"]]
)
def test_headers_of_stations_are_understood(study: Study, headers: list[str]) -> None:
    assert list(guess_columns(headers, fields_of("stations", study)).values()) == headers


def test_a_part_of_another_word_does_not_match() -> None:
    assert score("流动人口", "persons", {"names": ["人口"]}) == 0


def test_a_shapefile_truncates_headers_to_ten_characters() -> None:
    assert score("uncertaint", "uncertainty_m", {"names": []}) > SURE


def test_options_come_before_remembered_and_guessed_columns(study: Study) -> None:
    headers = ["a", "b", "经度", "纬度"]
    options = Options(mapping={"id": "a"})
    found = map_columns("households", headers, study, options, '{"id": "b", "persons": "b"}')
    assert found == {"id": "a", "lon": "经度", "lat": "纬度", "persons": "b"}
    assert "lon" not in map_columns("households", headers, study, Options(mapping={"lon": ""}), None)


@pytest.mark.parametrize("mapping", [{"height": "a"}, {"id": "z"}])
def test_a_mapping_of_unknown_columns_is_refused(study: Study, mapping: dict[str, str]) -> None:
    with pytest.raises(MissingColumn, match="mapping"):
        map_columns("households", ["a"], study, Options(mapping=mapping), None)


def test_repeated_headers_are_numbered() -> None:
    notes: list[str] = []
    assert clean_headers(["a", " a "], notes) == ["a", "a (2)"]
    assert "occurs 2 times" in notes[0]
