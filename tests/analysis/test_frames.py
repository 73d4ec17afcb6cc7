"""Functions on GeoDataFrames call those on arrays, and name what a frame lacks."""

import geopandas
import numpy as np
import pytest
from shapely.geometry import Point

from geoservice import analysis
from geoservice.errors import ParameterError


@pytest.fixture
def homes() -> geopandas.GeoDataFrame:
    random = np.random.default_rng(4)
    places = [Point(*xy) for xy in random.uniform(0, 4000, (60, 2))]
    return geopandas.GeoDataFrame({"persons": random.integers(1, 40, 60)}, geometry=places, crs="EPSG:32650")


@pytest.fixture
def clinics(homes: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    return homes.iloc[::10].drop(columns="persons").assign(capacity=100.0).to_crs("EPSG:4326")


def test_every_function_is_found_in_the_package() -> None:
    for name in analysis.__all__:
        assert getattr(analysis, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = analysis.nothing


def test_both_ways_to_fill_stations_keep_within_capacity(
    homes: geopandas.GeoDataFrame, clinics: geopandas.GeoDataFrame
) -> None:
    best, filled = (analysis.assign_people(homes, clinics, m, most_minutes=20) for m in ("optimum", "sequential"))
    assert best.unmet.sum() <= filled.unmet.sum() + 1e-6
    for found in (best, filled):
        assert (found.stations["assigned"] <= 100 + 1e-6).all()
        assert found.stations.index.equals(clinics.index)
        assert found.unmet.sum() + found.stations["assigned"].sum() == pytest.approx(homes["persons"].sum())


def test_more_sites_reach_more_people_and_kept_ones_are_not_chosen(homes: geopandas.GeoDataFrame) -> None:
    one, three = (analysis.best_sites(homes, homes, n, most_minutes=10) for n in (1, 3))
    assert three.attrs["objective"] > one.attrs["objective"]
    assert (len(one), len(three), three.attrs["proven"]) == (1, 3, True)
    kept = homes.assign(state=np.where(homes.index == one.index[0], "kept", "free"))
    assert one.index[0] not in analysis.best_sites(homes, kept, 2, most_minutes=10).index


def test_inequality_by_group_and_beyond_a_standard(homes: geopandas.GeoDataFrame, clinics: geopandas.GeoDataFrame) -> None:
    minutes = analysis.nth_station_minutes(homes, clinics, 1, most_minutes=600)
    frame = homes.assign(minutes=minutes, side=np.where(homes.geometry.x < 2000, "west", "east"))
    table = analysis.inequality_table(frame, "minutes", by="side", standard=15)
    assert sorted(table.index) == ["east", "west"]
    whole = analysis.inequality_table(frame, "minutes", standard=15).loc["all"]
    beyond = frame.loc[frame["minutes"] > 15, "persons"].sum() / frame["persons"].sum()
    assert whole["beyond"] == pytest.approx(beyond)
    assert table["persons"].sum() == whole["persons"]


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda h, c: analysis.assign_people(h, c.drop(columns="capacity")), "stations: column 'capacity' is missing"),
        (lambda h, c: analysis.assign_people(h, c, "fair"), "method: got 'fair'"),
        (analysis.best_sites, "sites: got none, the model mclp needs a number"),
        (lambda h, c: analysis.best_sites(h, c, 1, "best"), "model: got 'best'"),
        (lambda h, c: analysis.inequality_table(h, "minutes"), "frame: column 'minutes' is missing"),
    ],
)
def test_what_is_wrong_is_named(homes: geopandas.GeoDataFrame, clinics: geopandas.GeoDataFrame, ask: object, text: str) -> None:
    with pytest.raises(ParameterError, match=text):
        ask(homes, clinics)
