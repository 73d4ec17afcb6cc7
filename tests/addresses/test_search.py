"""The place search: what it finds by which text, in which order, and that it is fast with the places of a country."""

import random
from pathlib import Path
from time import process_time

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_gazetteer import MadePlace, county, made_gazetteer, row_of

from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.pinyin import pinyin
from geoservice.addresses.search import MAX_QUERY, PlaceSearch
from geoservice.addresses.search_files import AREA_LEVELS, BLOCK, KEYS, SEARCH_KINDS
from geoservice.addresses.search_keys import folded
from geoservice.errors import GazetteerError, NotFound, ParameterError
from geoservice.schema import LEVELS

MORE = [
    MadePlace("station:7", "poi", -1, "大龙山卫生院", "340811100", 117.0, 30.6),
    MadePlace("da long road", "road", -1, "大龙山路", "340811100", 117.0, 30.6, 900),
    MadePlace("small road", "road", -1, "大龙山南路", "340811100", 117.0, 30.6, 100),
    MadePlace("far", "area", 3, "大龙山镇", "340822", 116.8, 30.7, 9_000),
    MadePlace("green", "road", -1, "绿地路", "340811100", 117.0, 30.6),
    MadePlace("no position", "poi", -1, "无名亭", "340811100"),
]


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> PlaceSearch:
    folder, (places, doors) = tmp_path_factory.mktemp("gazetteer"), county()
    made_gazetteer(folder, [*places, *MORE], doors, home="340811")
    return PlaceSearch.open(folder)


def ids(search: PlaceSearch, query: str, **options: object) -> list[str]:
    return [place.id for place in search.search(query, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["宜秀区", "宜秀", "宜", "yixiuqu", "yixiu", "yi xiu", "YIXIU", "yxq", "yx", "Yì Xiù", "宜 秀"]
)
def test_a_place_is_found_by_every_way_to_type_its_name(search: PlaceSearch, text: str) -> None:
    assert ids(search, text)[0] == "340811"


def test_exact_names_come_before_longer_ones_then_the_deployment_then_the_kind_then_the_size(search: PlaceSearch) -> None:
    others = ["station:7", "da long road", "small road", "school"]
    assert ids(search, "大龙山镇") == ["340811100", "far"]
    assert ids(search, "大龙山") == ["340811100", "far", *others]  # both townships have exactly this short name
    assert ids(search, "大龙") == ids(search, "dls") == ["340811100", *others, "far"]
    assert ids(search, "大龙山路") == ["da long road"]


def test_areas_above_the_deployment_are_part_of_it(search: PlaceSearch) -> None:
    assert ids(search, "an")[:2] == ["34", "3408"]


def test_a_former_name_finds_the_place(search: PlaceSearch) -> None:
    assert ids(search, "龙山公社") == ["340811100"]


@pytest.mark.parametrize("text", ["lüdi", "lvdi", "lǜdì", "LÜDI"])
def test_pinyin_with_umlaut_is_understood(search: PlaceSearch, text: str) -> None:
    assert ids(search, text) == ["green"]


def test_areas_may_precede_the_name(search: PlaceSearch) -> None:
    assert ids(search, "杨桥镇新华村") == ["340811101201"]
    assert ids(search, "宜秀区大龙山镇新华") == ["340811100202"]
    assert ids(search, "安徽省安庆市宜秀区") == ["340811"]
    assert ids(search, "怀宁县新华村") == []


def test_kinds_and_the_limit_narrow_the_result(search: PlaceSearch) -> None:
    assert ids(search, "大", kinds=["road"]) == ["da long road", "small road"]
    assert ids(search, "大", kinds=["station", "area"]) == ["340811100", "station:7", "far"]
    assert ids(search, "大", limit=1) == ["340811100"]


def test_a_place_has_its_areas_position_and_box(search: PlaceSearch) -> None:
    place = search.search("新华村委会")[0]
    assert (place.kind, place.level, place.code) == ("area", "village", "340811100202")
    assert [(a.level, a.code) for a in place.areas] == [
        ("province", "34"), ("city", "3408"), ("county", "340811"), ("township", "340811100"),
    ]  # fmt: skip
    assert (place.lon, place.lat) == (117.03, 30.62)
    west, south, east, north = place.bbox or (0, 0, 0, 0)
    assert (east - west) * 95_800 == pytest.approx(2 * 1200, rel=0.01)
    assert (north - south) * 111_320 == pytest.approx(2 * 1200, rel=0.001)
    station, nowhere = search.search("大龙山卫生院")[0], search.search("无名亭")[0]
    assert (station.kind, station.level, station.bbox) == ("station", None, None)
    assert (nowhere.lon, nowhere.lat, nowhere.bbox) == (None, None, None)


def test_the_levels_are_those_of_areas() -> None:
    assert AREA_LEVELS == LEVELS


@pytest.mark.parametrize("text", ["", " ", "?!", "…", "\x00", "没有这个", "zzz", "🏠", "%", "'; drop table", "大" * MAX_QUERY])
def test_what_is_no_name_finds_nothing(search: PlaceSearch, text: str) -> None:
    assert search.search(text) == []


def test_bad_input_is_refused_with_what_is_allowed(search: PlaceSearch) -> None:
    with pytest.raises(ParameterError, match="q: got 1001 characters, allowed are at most 1000"):
        search.search("a" * 1001)
    with pytest.raises(ParameterError, match="limit: got 51, allowed is a whole number from 1 to 50"):
        search.search("a", 51)
    with pytest.raises(ParameterError, match="kind: got 'river', allowed are area, station"):
        search.search("a", kinds=["river"])


def test_missing_and_damaged_files_are_reported(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no gazetteer"):
        PlaceSearch.open(tmp_path)
    made_gazetteer(tmp_path / "g", *county())
    (tmp_path / "g" / KEYS).write_bytes(b"damaged")
    with pytest.raises(GazetteerError, match="build it again"):
        PlaceSearch.open(tmp_path / "g")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[PlaceSearch, list[MadePlace]]:
    """Return the search of 30 000 places, whose single letters have more places than are looked at at once."""
    rng, folder = random.Random(5), tmp_path_factory.mktemp("many")
    places = [MadePlace(f"t{i}", "area", 3, _name(rng) + "镇", "", 117, 30, rng.uniform(1, 9)) for i in range(100)]
    kinds = ["road", "poi", "compound", "group"]
    places += [
        MadePlace(
            f"p{i}", rng.choice(kinds), -1, _name(rng) + rng.choice("路村园"), f"t{rng.randrange(100)}", 117, 30, rng.random()
        )
        for i in range(30_000)
    ]
    made_gazetteer(folder, places, [], home="t5")
    return PlaceSearch.open(folder), places


def _name(rng: random.Random) -> str:
    return "".join(rng.choice("大东代德丁定独杜段多") for _ in range(rng.randint(1, 3)))


def test_the_best_of_many_places_are_those_of_a_search_through_all(many: tuple[PlaceSearch, list[MadePlace]]) -> None:
    """The expected order is worked out here from the places themselves."""
    search, places = many  # so many that the search goes by blocks
    assert len(search._postings) > 64 * BLOCK
    kinds = {k: i for i, k in enumerate(SEARCH_KINDS)}

    def expected(text: str, limit: int, only: str | None) -> list[str]:
        found = []
        for row, p in enumerate(places):
            names = [folded(p.name), *([folded(p.name)[:-1]] if p.level == 3 and len(p.name) > 2 else [])]
            forms = [{name, pinyin(name).full} for name in names]
            starts = any(f.startswith(text) for f in set().union(*forms, {pinyin(name).initials for name in names}))
            if starts and (only is None or p.kind == only):
                is_exact, away = any(text in form for form in forms), p.id != "t5" and p.parent != "t5"
                is_short = is_exact and text not in forms[0]
                found.append((not is_exact, away, kinds[p.kind], is_short, -p.radius_m, row, p.id))
        return [x[-1] for x in sorted(found)][:limit]

    for text, only in [("d", None), ("d", "poi"), ("d", "area"), ("大", None), ("dd", None), ("dong", "group"), ("东大", None)]:
        assert ids(search, text, limit=50, **({"kinds": [only]} if only else {})) == expected(text, 50, only), (text, only)


@given(st.text(max_size=40))
def test_no_text_is_an_error(search: PlaceSearch, text: str) -> None:
    assert len(search.search(text, 5)) <= 5


def test_short_and_long_queries_are_fast(many: tuple[PlaceSearch, list[MadePlace]]) -> None:
    search, _ = many
    for text in ("d", "大", "d" * MAX_QUERY, "大" * MAX_QUERY):
        search.search(text)
        start = process_time()
        for _ in range(10):
            search.search(text)
        assert (process_time() - start) / 10 < 0.02, text


def test_the_search_of_a_gazetteer_without_places_of_a_kind_or_names_is_empty(tmp_path: Path) -> None:
    gazetteer: Gazetteer = made_gazetteer(tmp_path, [MadePlace("x", "area", 0, "?")], [])
    assert row_of(gazetteer, "x") == 0
    assert PlaceSearch.open(tmp_path).search("x") == []
    assert pa.memory_map(str(tmp_path / KEYS)).size() > 0
