"""The public list of origins, and the origins of home codes."""

import pyarrow as pa
import pytest
from tiny_county import areas

from geoservice.disclosure.origins import ELSEWHERE, list_origins, origin_list, origins_of


def homes(*codes: str | None) -> "pa.Array":
    return pa.array(codes, pa.string())


def test_chinese_codes_have_their_province_and_county() -> None:
    table = areas().set_column(1, "code", pa.array(["340811", "340811001", "340811001001", "340811001002"]))
    listed = list_origins(table, chinese=True)
    assert len(listed.wide) == 35
    wide, fine = origins_of(homes("340811001", "340102", "110101", "x", None), listed, table, chinese=True)
    assert [listed.wide[i] for i in wide[:4]] == ["340000", "340000", "110000", ELSEWHERE]
    assert [listed.fine[i] if i >= 0 else None for i in fine[:4]] == ["340811", "340102", "110101", None]
    assert (wide[4], fine[4]) == (-1, -1)


def test_zeros_at_the_end_of_a_chinese_code_make_no_difference() -> None:
    table = areas().set_column(1, "code", pa.array(["340811", "340811001", "340811001001", "340811001002"]))
    listed = list_origins(table, chinese=True)
    short = origins_of(homes("340811", "3401", "34", "110101"), listed, table, chinese=True)
    long = origins_of(homes("340811000000", "340100", "340000", "110101000000"), listed, table, chinese=True)
    assert [v.tolist() for v in short] == [v.tolist() for v in long]
    assert [listed.wide[i] for i in short[0]] == ["340000", "340000", "340000", "110000"]


def test_other_codes_go_up_through_the_areas_loaded() -> None:
    listed = list_origins(areas(), chinese=False)
    assert listed.wide == ["C", ELSEWHERE]
    wide, fine = origins_of(homes("C12", "Z"), listed, areas(), chinese=False)
    assert [listed.wide[i] for i in wide] == ["C", ELSEWHERE]
    assert [listed.fine[i] if i >= 0 else None for i in fine] == ["C1", None]


def test_a_loaded_county_is_divided_into_townships() -> None:
    table = areas().set_column(1, "code", pa.array(["340811", "340811001", "340811001001", "340811001002"]))
    table = table.set_column(5, "parent", pa.array([None, "340811", "340811001", "340811001"]))
    listed = list_origins(table, chinese=True)
    _, fine = origins_of(homes("340811001001", "340811999", "340811", "340999", "34"), listed, table, chinese=True)
    assert [listed.fine[i] for i in fine] == ["340811001", "340811.rest", "340811.rest", "340000.rest", "340000.rest"]
    assert [listed.county[i] for i in fine] == ["340811", "340811", "340811", "", ""]
    assert "340811" not in listed.fine


def test_many_townships_leave_counties_as_the_finest_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(origin_list, "MAX_TOWNSHIPS", 0)
    table = areas().set_column(1, "code", pa.array(["340811", "340811001", "340811001001", "340811001002"]))
    table = table.set_column(5, "parent", pa.array([None, "340811", "340811001", "340811001"]))
    assert "340811" in list_origins(table, chinese=True).fine
