"""The area where a search looks first."""

from geoservice.geocode.area_tree import AreaRow, AreaTree
from geoservice.geocode.home import home_area
from geoservice.geocode.sources.areas import SOURCE
from geoservice.geocode.sources.divisions import SYSTEM, division_rows


def home_of(*areas: tuple[str, str, int]) -> str | None:
    tree = AreaTree(SYSTEM)
    tree.add(division_rows(), "divisions")
    tree.add([AreaRow("nbs2023", code, name, None, level, None) for code, name, level in areas], SOURCE, own=True)
    home = home_area(tree)
    return None if home < 0 else tree.rows[home].name


def test_home_contains_all_areas_of_the_finest_level() -> None:
    towns = [("340811100", "大龙山镇", 3), ("340811101", "杨桥镇", 3)]
    assert home_of(*towns) == "宜秀区"
    assert home_of(("340811", "宜秀区", 2), *towns) == "宜秀区"
    assert home_of(("34", "安徽省", 0), ("3408", "安庆市", 1), ("340811", "宜秀区", 2), *towns) == "宜秀区"
    assert home_of(*towns, ("340822100", "高河镇", 3)) == "安庆市"
    assert home_of(*towns, ("110101001", "东华门街道", 3)) is None


def test_one_area_is_its_own_home_and_a_project_without_areas_has_none() -> None:
    assert home_of(("340811", "宜秀区", 2)) == "宜秀区"
    assert home_of() is None
