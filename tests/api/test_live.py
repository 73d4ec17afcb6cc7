"""Live questions from Python: the same answers from a folder, a store and a running service."""

from dataclasses import replace

import geopandas
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal
from shapely.geometry import Point, box

import geoservice
from geoservice import Release
from geoservice.errors import ParameterError

MOVED = {"station": "B", "lon": 10.0072, "lat": 0.0108, "start_delay_s": 0}


def test_edits_may_be_a_frame_with_positions(release: Release) -> None:
    listed = release.scenario("checkup", "walk", [MOVED])
    row = {"station": ["B"], "start_delay_s": [0.0], "capacity": [None]}
    place = geopandas.GeoDataFrame(row, geometry=[Point(10.0072, 0.0108)], crs="EPSG:4326").to_crs("EPSG:3857")
    framed = release.scenario("checkup", "walk", place)
    assert_frame_equal(listed.areas, framed.areas)
    assert (listed.areas["gained"] > 0).any()
    assert set(listed.stations["id"]) >= {"B"}


def test_services_of_a_frame_may_be_a_text(release: Release) -> None:
    new = pd.DataFrame({"station": [7], "lon": [10.0144], "lat": [0.0], "tier": ["village"], "services": ["checkup"]})
    assert release.scenario("checkup", "walk", new).stations.set_index("id").loc["7", "persons"] > 0


def test_a_service_answers_as_the_folder_does(near: Release, served: str) -> None:
    with geoservice.open_release(served) as far:
        ours, theirs = (r.scenario("checkup", "walk", [MOVED], areas="all", access=True) for r in (near, far))
        assert_frame_equal(ours.areas, theirs.areas)
        assert_frame_equal(ours.stations, theirs.stations)
        zones = [r.zone(box(9.99, -0.01, 10.004, 0.01), "checkup", "walk", [MOVED]) for r in (near, far)]
        assert_series_equal(zones[0].totals, zones[1].totals)
        assert_frame_equal(zones[0].served_by, zones[1].served_by)
        outlines = [r.isochrone("walk", (5, 10), (10.0, 0.0)) for r in (near, far)]
        assert outlines[0].geom_equals(outlines[1]).all()
        with pytest.raises(ParameterError, match="mode: got 'fly'"):
            far.isochrone("fly", [5], "A")


def test_an_analysis_is_a_frame_of_values_with_margins(near: Release, served: str) -> None:
    with geoservice.open_release(served) as far:
        ours, theirs = (r.analyse("capacity", "checkup", "walk", [MOVED], nearest=2) for r in (near, far))
        assert_frame_equal(pd.DataFrame(ours.drop(columns="geometry")), pd.DataFrame(theirs.drop(columns="geometry")))
    assert {"county", "township", "station"} <= set(ours["geography"])
    assert ours.geometry.notna().all()
    assert (ours.loc[ours["measure"] == "assigned_persons", "value"] > 0).any()
    assert ours["margin"].isna().all(), "the errors of this public population are not stated"
    with pytest.raises(ParameterError, match="nearest"):
        near.analyse("inequality", "checkup", "walk", nearest=2)


def test_two_scenarios_are_compared(near: Release, served: str) -> None:
    new = {"station": "new", "lon": 10.0144, "lat": 0.0, "tier": "village", "services": ["checkup"]}
    with geoservice.open_release(served) as far:
        one, both, elsewhere = (
            r.scenario("checkup", "walk", e) for r, e in ((near, [MOVED]), (near, [MOVED, new]), (far, [MOVED]))
        )
        difference = both.compare(one)
        expected = difference["share"] - difference["share_compared"]
        assert difference["share_difference"].to_numpy() == pytest.approx(expected.to_numpy(), abs=2e-3)
        assert (difference["share_difference"] > 0).any()
        assert (both.compare(both)["share_difference"] == 0).all()
        released = both.compare().set_index(["unit", "minutes"])
        assert_series_equal(released["share_difference"], released["share_change"], check_names=False)
        with pytest.raises(ParameterError, match="both answers must be of one release"):
            both.compare(elsewhere)
        with pytest.raises(ParameterError, match="compare: group is 'all' here and 'migrant' there"):
            both.compare(replace(one, inputs={**one.inputs, "group": "migrant"}))
        assert_frame_equal(far.scenario("checkup", "walk", [MOVED, new]).compare(elsewhere), difference)


@pytest.mark.parametrize(
    ("edits", "text"),
    [([{"station": "new"}], "needs lon, lat, tier, services"), ([{"station": "A", "height": 3}], "inputs.edits.0.height")],
)
def test_an_edit_that_is_wrong_is_named(release: Release, edits: list[dict[str, object]], text: str) -> None:
    with pytest.raises(ParameterError, match=text):
        release.scenario("checkup", "walk", edits)


def test_a_point_is_no_zone(release: Release) -> None:
    with pytest.raises(ParameterError, match="zone: got 'Point'"):
        release.zone(Point(10, 0), "checkup", "walk")
