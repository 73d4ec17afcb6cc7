"""Siting on the grid town, whose times are known: five minutes from one junction to the next."""

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest

import geoservice
from geoservice.api.files import write_frame
from geoservice.errors import Infeasible, InputError

STEP = 0.0036
JUNCTIONS = [(i, j) for i in range(5) for j in range(5)]
CORNERS = {(0, 0), (0, 4), (4, 0), (4, 4)}  # no street ends or meets another one there


def people(i: int, j: int) -> int:
    return 10 * (1 + i) + 10 * (1 - (i + j) % 2)


def in_time(site: tuple[int, int], home: tuple[int, int], minutes: int) -> bool:
    return 5 * (abs(site[0] - home[0]) + abs(site[1] - home[1])) <= minutes


def reached(sites: "list[tuple[int, int]]", minutes: int) -> int:
    """Return the people within some minutes of station A, of B, which takes five minutes to set up, or of a site."""

    def is_reached(home: tuple[int, int]) -> bool:
        stations = in_time((0, 0), home, minutes) or in_time((4, 4), home, minutes - 5)
        return stations or any(in_time(site, home, minutes) for site in sites)

    return sum(people(*home) for home in JUNCTIONS if is_reached(home))


def junction(frame: geopandas.GeoDataFrame) -> "list[tuple[int, int]]":
    return [(round((p.x - 10) / STEP), round(p.y / STEP)) for p in frame.geometry]


def test_the_best_two_sites_are_those_of_brute_force(published_home: Path) -> None:
    with geoservice.open_project(published_home) as project:
        frame = project.siting("checkup", "walk", sites=2, minutes=10, spacing=100)
    free = [place for place in JUNCTIONS if place not in CORNERS]
    most = max(reached(list(pair), 10) for pair in combinations(free, 2))
    assert reached(junction(frame), 10) == most == frame.attrs["reached_after"]
    assert (frame.attrs["reached_before"], frame.attrs["proven"], frame.attrs["gap"]) == (reached([], 10), True, 0)
    assert frame["persons"].sum() == most - reached([], 10)
    assert frame["persons_total"].iloc[-1] == most
    assert frame.attrs["left_out"] == {"off_street": 20, "beyond": 0, "not_chosen": 0}
    assert frame.attrs["curve"]["covered"][0] == reached([], 10)


@pytest.fixture
def siting(folder_home: Path) -> Callable[..., geopandas.GeoDataFrame]:
    def run(**options: object) -> geopandas.GeoDataFrame:
        with geoservice.open_project(folder_home) as project:
            return project.siting("checkup", "walk", **({"minutes": 10, "spacing": 100} | options))

    return run


def test_fewest_sites_for_everybody(siting: Callable[..., geopandas.GeoDataFrame]) -> None:
    frame = siting(model="lscp")
    free = [place for place in JUNCTIONS if place not in CORNERS]
    everybody = sum(people(*home) for home in JUNCTIONS)
    assert reached(junction(frame), 10) == everybody
    assert not any(reached([place], 10) == everybody for place in free)
    assert (len(frame), frame.attrs["proven"]) == (2, True)


@pytest.mark.parametrize("model", ["lscp_b", "p_median", "p_center", "capacitated_mclp", "capacitated_p_median"])
def test_every_model_gives_ranked_sites_with_reasons(model: str, siting: Callable[..., geopandas.GeoDataFrame]) -> None:
    frame = siting(model=model, sites=2, capacity=300.0)
    assert (list(frame.index), frame.attrs["model"], frame.attrs["proven"]) == ([1, 2], model, True)
    assert frame["reason_zh"].str.contains("新覆盖").all()
    assert frame["reason_en"].str.contains("newly reached").all()
    assert frame["load"].notna().all() == model.startswith("capacitated")


def test_p_center_shortens_the_longest_walk(siting: Callable[..., geopandas.GeoDataFrame]) -> None:
    frame = siting(model="p_center", sites=2)
    sites = junction(frame)

    def minutes(home: tuple[int, int], places: "list[tuple[int, int]]") -> int:
        return min(5 * (abs(i - home[0]) + abs(j - home[1])) for i, j in places)

    def longest(places: "list[tuple[int, int]]") -> int:
        return max(min(minutes(home, [(0, 0), *places]), minutes(home, [(4, 4)]) + 5) for home in JUNCTIONS)

    free = [place for place in JUNCTIONS if place not in CORNERS]
    assert longest(sites) == min(longest(list(pair)) for pair in combinations(free, 2))
    assert frame.attrs["objective"] == longest(sites) * 60_000


def test_candidates_of_a_frame_with_costs_and_a_forced_one(siting: Callable[..., geopandas.GeoDataFrame]) -> None:
    places = pd.DataFrame({
        "id": ["p", "q", "r"], "name": ["东头", "中", "西"], "lon": [10 + 3 * STEP, 10 + 2 * STEP, 10 + STEP],
        "lat": [STEP, 2 * STEP, 3 * STEP], "cost": [4, 9, 4], "forced": ["no", "no", "yes"],
    })  # fmt: skip
    frame = siting(candidates=places, budget=8.0)
    assert (list(frame["id"]), list(frame["status"]), list(frame["name"])) == (["r", "p"], ["forced", "new"], ["西", "东头"])
    assert frame.attrs["reached_after"] == reached([(1, 3), (3, 1)], 10)
    assert frame.loc[2, "overlap"] == sum(
        people(*home) for home in JUNCTIONS
        if in_time((3, 1), home, 10) and (in_time((0, 0), home, 10) or in_time((4, 4), home, 5))
    )  # fmt: skip


def test_a_station_that_may_close_gives_way_to_a_better_site(siting: Callable[..., geopandas.GeoDataFrame]) -> None:
    frame = siting(sites=1, may_close="B")
    assert frame.attrs["closed"] == ["B"]
    assert frame.attrs["reached_before"] == reached([], 10)
    assert "关闭：B。" in frame.attrs["summary"]["zh"]
    stays = siting(sites=2, may_close=["A", "B"], candidates=pd.DataFrame({"lon": [10.0], "lat": [0.0]}))
    assert (set(stays["id"]), set(stays["status"]), stays.attrs["closed"]) == ({"A", "B"}, {"stays"}, [])


def test_gaps_are_cells_beyond_the_time(siting: Callable[..., geopandas.GeoDataFrame]) -> None:
    frame = siting(candidates="gaps", sites=1)
    assert frame["id"].str.match(r"c-?\d+_-?\d+").all()
    assert frame.attrs["reached_after"] > frame.attrs["reached_before"]


def test_a_wide_grid_has_fewer_candidates(siting: Callable[..., geopandas.GeoDataFrame]) -> None:
    assert "候选点21个" in siting(sites=1).attrs["summary"]["zh"][0]
    narrow, wide = (int(siting(sites=1, spacing=s).attrs["summary"]["en"][0].split()[-2]) for s in (100, 1000))
    assert wide < narrow


def walk(home: tuple[int, int], sites: "list[tuple[int, int]]") -> int:
    """Return the minutes to the nearest of the stations and some sites."""
    stations = [5 * (home[0] + home[1]), 5 * (8 - home[0] - home[1]) + 5]
    return min(stations + [5 * (abs(i - home[0]) + abs(j - home[1])) for i, j in sites])


def test_the_choices_between_coverage_and_fairness_are_those_of_brute_force(
    siting: Callable[..., geopandas.GeoDataFrame],
) -> None:
    frame = siting(sites=2, minutes=5, fairness=True)
    free = [place for place in JUNCTIONS if place not in CORNERS]

    def values(sites: "list[tuple[int, int]]") -> tuple[int, float]:
        beyond = [(people(*home), max(walk(home, sites) - 5, 0)) for home in JUNCTIONS]
        square = sum(count * minutes**2 for count, minutes in beyond) / sum(count for count, _ in beyond)
        return sum(count for count, minutes in beyond if not minutes), round(square**0.5, 2)

    every = {values(list(pair)) for pair in combinations(free, 2)}
    best = {one for one in every if not any(o[0] >= one[0] and o[1] <= one[1] and o != one for o in every)}
    points = frame.attrs["fairness"]["points"]
    assert [(p["persons"], p["far_minutes"]) for p in points] == sorted(best, reverse=True)
    assert [p["most_covered"] for p in points] == [True] + [False] * (len(points) - 1)
    assert all(p["proven"] and len(p["sites"]) == 2 and p["closed"] == [] for p in points)
    assert list(frame["id"]) == [site["id"] for site in points[0]["sites"]]
    assert points[1]["difference"] == points[0]["persons"] - points[1]["persons"]
    assert siting(sites=2, minutes=5).attrs["fairness"] is None
    assert siting(sites=2, minutes=5).attrs["reached_after"] == points[0]["persons"]


def test_a_front_with_a_budget_closes_stations_and_keeps_forced_sites(siting: Callable[..., geopandas.GeoDataFrame]) -> None:
    places = pd.DataFrame({
        "id": ["p", "q", "r"], "lon": [10 + 3 * STEP, 10 + 2 * STEP, 10 + STEP], "lat": [STEP, 2 * STEP, 3 * STEP],
        "cost": [4, 2, 3], "forced": ["no", "no", "yes"],
    })  # fmt: skip
    frame = siting(candidates=places, budget=6.0, may_close="B", fairness=True)
    for point in frame.attrs["fairness"]["points"]:
        status = {site["id"]: site["status"] for site in point["sites"]}
        assert status["r"] == "forced"
        assert (point["closed"] == []) == (status.get("B") == "stays")
        assert sum({"p": 4, "q": 2, "r": 3, "B": 1}[name] for name in status) <= 6


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sites": 1, "fairness": True, "model": "p_median"}, "fairness: got the model p_median, allowed is mclp"),
        ({"sites": 0}, "sites: got 0, allowed are 1 to 10000"),
        ({}, "sites, budget: got neither, the model mclp needs one of them"),
        ({"sites": 1, "model": "best"}, "model: got 'best', allowed are mclp, lscp"),
        ({"sites": 1, "minutes": 0}, "minutes: got 0, allowed are 1 to 240 minutes"),
        ({"sites": 1, "tier": "city"}, "tier: got 'city', allowed are any, county"),
        ({"sites": 1, "group": "young"}, "group: got 'young', allowed are all"),
        ({"sites": 1, "spacing": 1}, "spacing: got 1, allowed are 50 to 20000 metres"),
        ({"sites": 1, "may_close": "Z"}, "may_close: got 'Z', allowed are ids of stations of the service and tier: A, B"),
        ({"sites": 1, "model": "capacitated_mclp"}, "capacity: got none for the candidate 'j0'"),
        ({"sites": 1, "model": "lscp"}, "allowed are none for the model lscp"),
        ({"sites": 1, "candidates": pd.DataFrame({"lon": [10.0, 10.1], "lat": [0.0, 0.0], "id": ["a", "a"]})}, "the id 'a'"),
        ({"sites": 1, "candidates": "gaps", "minutes": 60}, "gaps gives none: everybody known to live"),
    ],
    ids=lambda v: next(iter(v), "neither") if isinstance(v, dict) else "",
)
def test_a_wrong_option_is_named_with_what_is_allowed(
    options: dict[str, object], message: str, siting: Callable[..., geopandas.GeoDataFrame]
) -> None:
    with pytest.raises(InputError, match=message):
        siting(**options)


def test_unknown_services_and_modes_are_refused(folder_home: Path) -> None:
    with geoservice.open_project(folder_home) as project:
        with pytest.raises(InputError, match="service: got 'dentist', allowed are checkup"):
            project.siting("dentist", "walk", sites=1)
        with pytest.raises(InputError, match="mode: got 'drive', allowed are walk"):
            project.siting("checkup", "drive", sites=1)


def test_too_few_sites_for_everybody_say_so(folder_home: Path) -> None:
    with geoservice.open_project(folder_home) as project, pytest.raises(Infeasible, match="sites: got 1, allowed are 2"):
        project.siting("checkup", "walk", model="lscp_b", sites=1, minutes=10, spacing=100)


def test_progress_is_reported_and_cancels(folder_home: Path) -> None:
    stages = []

    def progress(stage: str, share: float) -> None:
        stages.append(stage)
        if stage == "greedy":
            raise KeyboardInterrupt

    with geoservice.open_project(folder_home) as project, pytest.raises(KeyboardInterrupt):
        project.siting("checkup", "walk", sites=2, progress=progress)
    assert list(dict.fromkeys(stages)) == ["reading", "snapping", "travel times", "greedy"]


def test_files_of_sites_can_be_read_back(siting: Callable[..., geopandas.GeoDataFrame], tmp_path: Path) -> None:
    frame = siting(sites=2)
    for name in ("sites.geojson", "sites.csv"):
        write_frame(frame.reset_index(), tmp_path / name)
    features = json.loads((tmp_path / "sites.geojson").read_text(encoding="utf-8"))["features"]
    assert [f["properties"]["rank"] for f in features] == [1, 2]
    table = pd.read_csv(tmp_path / "sites.csv")
    assert table["reason_zh"].tolist() == frame["reason_zh"].tolist()
    assert np.allclose(table[["lon", "lat"]], [(p.x, p.y) for p in frame.geometry])
    with pytest.raises(InputError, match=r"out: got 'sites\.xls', allowed are names that end in \.geojson or \.csv"):
        write_frame(frame.reset_index(), tmp_path / "sites.xls")
