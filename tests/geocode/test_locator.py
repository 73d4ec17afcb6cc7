"""Places of addresses as an import of households gets them."""

import numpy as np
import pytest
from made_gazetteer import MadePlace, made_gazetteer

from geoservice.geocode.geocoder import Geocoder
from geoservice.geocode.locator import ImportLocator
from geoservice.ingest.located import LocatedAddresses
from geoservice.progress import quiet

COUNTY = "安徽省安庆市宜秀区大龙山镇永林村"
AREAS = [
    ("34", 0, "安徽省", "", 300_000.0),
    ("3408", 1, "安庆市", "34", 80_000.0),
    ("340811", 2, "宜秀区", "3408", 20_000.0),
    ("340811100", 3, "大龙山镇", "340811", 6_000.0),
    ("340811100001", 4, "永林村", "340811100", 2_000.0),
]
VILLAGE, ONE, OTHER, KNOWN = (117.0, 30.5), (117.005, 30.505), (117.01, 30.49), (116.99, 30.495)


@pytest.fixture(scope="module")
def locator(tmp_path_factory: pytest.TempPathFactory) -> ImportLocator:
    folder = tmp_path_factory.mktemp("gazetteer")
    places = [MadePlace(code, "area", level, name, above, *VILLAGE, extent) for code, level, name, above, extent in AREAS]
    hamlets = (("h1", "丁家岭", ONE), ("h2", "丁家岭", OTHER), ("h3", "吴家冲", KNOWN))
    places += [MadePlace(code, "group", -1, name, "340811100001", *at) for code, name, at in hamlets]
    made_gazetteer(folder, places, [])
    return ImportLocator(Geocoder(folder), folder / "private", quiet)


def located(locator: ImportLocator, *parts: str) -> LocatedAddresses:
    return locator([COUNTY + part for part in parts])


def test_a_hamlet_has_its_point_and_counts_with_its_village(locator: ImportLocator) -> None:
    found = located(locator, "吴家冲3号")
    assert (found.lon[0], found.lat[0]) == KNOWN
    assert (found.precision.to_pylist(), found.uncertainty_m.tolist()) == (["village"], [500.0])


def test_hamlets_of_one_name_share_the_households_that_fit_both(locator: ImportLocator) -> None:
    found = located(locator, *(f"丁家岭{n}号" for n in range(1, 201)))
    assert set(found.precision.to_pylist()) == {"village"}
    assert np.isfinite(found.uncertainty_m).all()
    at = list(zip(found.lon.tolist(), found.lat.tolist(), strict=True))
    assert set(at) == {ONE, OTHER}
    assert 70 < at.count(ONE) < 130
    again = located(locator, "丁家岭7号")
    assert (again.lon[0], again.lat[0]) == at[6], "the same address is always at the same one"


def test_a_number_of_a_village_is_known_to_be_in_no_hamlet_but_an_unknown_hamlet_may_be_anywhere(
    locator: ImportLocator,
) -> None:
    found = located(locator, "3号", "", "胡家湾3号")
    assert found.precision.to_pylist() == ["village"] * 3
    assert np.isnan(found.uncertainty_m).tolist() == [False, False, True]
    assert set(zip(found.lon.tolist(), found.lat.tolist(), strict=True)) == {VILLAGE}
