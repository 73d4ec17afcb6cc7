"""The functions on GeoDataFrames call those on arrays with the pairs of rows."""

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from access_instances import pairs_of

from geoservice.analysis import accessibility
from geoservice.analysis.accessibility import gaussian, nth_station_minutes, rational_agent_cost, two_step_catchment
from geoservice.errors import ParameterError

R = np.random.default_rng(6)
XY, SITES = R.uniform(0, 5000, (30, 2)), R.uniform(0, 5000, (4, 2))
CRS = "EPSG:32650"
HOMES = geopandas.GeoDataFrame(
    {"persons": R.integers(1, 90, 30)}, geometry=geopandas.points_from_xy(*XY.T, crs=CRS), index=[f"h{i}" for i in range(30)]
)
CLINICS = geopandas.GeoDataFrame(
    {"capacity": R.integers(100, 900, 4)}, geometry=geopandas.points_from_xy(*SITES.T, crs=CRS), index=list("wxyz")
)
MINUTES = np.linalg.norm(SITES[:, None] - XY, axis=2) / (5000 / 60)
WITHIN = np.where(MINUTES <= 30, MINUTES, np.inf)
PEOPLE, SUPPLY = HOMES["persons"].to_numpy(float), CLINICS["capacity"].to_numpy(float)
DECAY = gaussian(30)


@pytest.mark.parametrize(
    ("of_frames", "of_arrays", "options"),
    [
        ("two_step_catchment", "enhanced_two_step", {}),
        ("three_step_catchment", "three_step", {}),
        ("huff_catchment", "modified_huff_three_step", {}),
        ("huff_catchment", "huff_three_step", {"modified": False}),
        ("balanced_catchment", "balanced", {}),
    ],
)
def test_indices_are_those_of_arrays_by_straight_lines(of_frames, of_arrays, options):
    found = getattr(accessibility, of_frames)(HOMES, CLINICS, DECAY, most_minutes=30, **options)
    expected = getattr(accessibility, of_arrays)(pairs_of(WITHIN), PEOPLE, SUPPLY, DECAY)
    assert found.index.equals(HOMES.index)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_other_measures():
    pairs = pairs_of(WITHIN)
    found = accessibility.potential_access(HOMES, CLINICS, 20, most_minutes=30)
    assert found.tolist() == accessibility.cumulative_opportunities(pairs, 30, SUPPLY, 20).tolist()
    cost = rational_agent_cost(HOMES, CLINICS, 45, most_minutes=30)
    np.testing.assert_allclose(cost, accessibility.rational_agent(pairs, PEOPLE, SUPPLY, 45))
    np.testing.assert_allclose(
        nth_station_minutes(HOMES, CLINICS, 2, most_minutes=30), accessibility.minutes_to_nth(pairs, 30, 2)
    )


def test_a_table_of_times_names_rows_by_their_labels_in_any_order():
    station, point = np.nonzero(np.isfinite(WITHIN))
    table = pd.DataFrame(
        {"station": CLINICS.index[station], "demand": HOMES.index[point], "minutes": WITHIN[station, point]}
    ).sample(frac=1, random_state=1)
    found = two_step_catchment(HOMES.to_crs(4326), CLINICS, 15, pairs=table)
    np.testing.assert_allclose(found, two_step_catchment(HOMES, CLINICS, 15))


def test_stations_may_have_another_crs_polygons_count_at_centroids_and_speed_and_columns_can_be_said():
    squares = HOMES.rename(columns={"persons": "people"}).set_geometry(shapely.box(*(XY - 5).T, *(XY + 5).T))
    clinics = CLINICS.rename(columns={"capacity": "beds"}).to_crs(4326)
    found = two_step_catchment(
        squares.set_crs(CRS, allow_override=True), clinics, DECAY, persons="people", capacity="beds", speed_kmh=20
    )
    expected = two_step_catchment(HOMES, CLINICS, lambda minutes: DECAY(minutes / 4), most_minutes=240)
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_the_longest_time_is_inclusive():
    line = geopandas.GeoDataFrame({"persons": [1, 1]}, geometry=geopandas.points_from_xy([0, 1000], [0, 0], crs=CRS))
    clinic = geopandas.GeoDataFrame({"capacity": [4]}, geometry=geopandas.points_from_xy([0], [0], crs=CRS))
    assert two_step_catchment(line, clinic, 12, most_minutes=12).tolist() == [2, 2]


TABLE = pd.DataFrame({"station": ["w"], "demand": ["h1"], "minutes": [3.0]})


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (TABLE.drop(columns="minutes"), r"pairs: columns \['minutes'\] are missing, needed are"),
        (TABLE.assign(station="q"), r"pairs: station 'q' is not in the index of the station frame"),
        (TABLE.assign(minutes=-1.0), r"pairs: minutes must be numbers of at least 0 and below 35791"),
        (TABLE.assign(minutes=np.nan), r"pairs: minutes must be numbers"),
        (pd.concat([TABLE, TABLE]), r"pairs: a station and a demand occur together twice"),
    ],
)
def test_tables_that_are_refused(table, message):
    with pytest.raises(ParameterError, match=message):
        two_step_catchment(HOMES, CLINICS, 15, pairs=table)


def test_frames_that_are_refused():
    with pytest.raises(ParameterError, match=r"demand: got the CRS EPSG:4326, needed is a projected one in metres"):
        two_step_catchment(HOMES.to_crs(4326), CLINICS, 15)
    with pytest.raises(ParameterError, match=r"demand: column 'people' is missing, there are \['persons', 'geometry'\]"):
        two_step_catchment(HOMES, CLINICS, 15, persons="people")
    with pytest.raises(ParameterError, match=r"supply: got nan, allowed are finite numbers of at least 0"):
        two_step_catchment(HOMES, CLINICS.assign(capacity=[1, None, 2, 3]), 15)
    with pytest.raises(ParameterError, match=r"got 60.0 minutes and 0 km/h, allowed are finite numbers above 0"):
        two_step_catchment(HOMES, CLINICS, 15, speed_kmh=0)
    with pytest.raises(ParameterError, match=r"stations: a row has no geometry"):
        two_step_catchment(HOMES, CLINICS.set_geometry([None, *CLINICS.geometry[1:]], crs=CRS), 15)
    twice = HOMES.set_axis(["h1"] * 30)
    with pytest.raises(ParameterError, match=r"the index of the demand frame has labels that occur twice"):
        two_step_catchment(twice, CLINICS, 15, pairs=TABLE)
