"""The addresses of the synthetic county as people write them: how many are placed, and how many in the right village."""

import csv
import io
import json
import random
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import pyarrow as pa
import pytest
import shapely
from address_noise import Noise, Written, village_of, written

from geoservice.addresses.geocoded import Geocoded
from geoservice.addresses.precision import finer
from geoservice.demo.yixiu import write_yixiu
from geoservice.geocode.area_shapes import half_extent_m, point_inside
from geoservice.geocode.area_tree import AreaRow
from geoservice.geocode.assemble import AreaTable, NamedTable, Sources
from geoservice.geocode.build import write_sources
from geoservice.geocode.code_changes import CodeChange
from geoservice.geocode.geocoder import Geocoder
from geoservice.geocode.place_table import CHANGES
from geoservice.geocode.sources import divisions
from geoservice.geocode.sources.osm import read_osm_names
from geoservice.progress import quiet

SYSTEM, COUNTY = "nbs2023", "340811"
LEVELS = {"county": 2, "township": 3, "village": 4}
FORMER = {"大龙山镇": ("340811100", "永林乡"), "杨桥镇": ("340811101", "余墩乡"), "白泽湖乡": ("340811200", "白泽公社")}
PLACED = {
    "missing levels": 0.999,
    "missing township": 0.999,
    "wrong township": 0.93,
    "wrong county or city": 0.99,
    "typing error": 0.97,
    "typing error in village or street": 0.85,
    "typing error in township": 0.98,
    "old name": 0.999,
    "other numerals": 0.999,
    "repeated levels": 0.999,
    "other kind of area": 0.998,
    "short names": 0.99,
}
"""The share of addresses that are placed at a village or finer, when every address has this noise."""


class County(NamedTuple):
    """A geocoder of the county, addresses of it, and their noise."""

    geocoder: Geocoder
    addresses: list[Written]
    noise: Noise


class Outcome(NamedTuple):
    """Shares: of the addresses that are placed at a village or finer, and of these in the village or street that is meant."""

    placed: float
    right_villages: float
    right_streets: float


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    demo, folder = tmp_path_factory.mktemp("demo"), tmp_path_factory.mktemp("gazetteer") / "files"
    write_yixiu(demo, 6_000, arrivals=False, public_tables=False)
    areas = [
        AreaTable(divisions.SOURCE, divisions.division_rows()),
        _areas(json.loads((demo / "areas.geojson").read_text(encoding="utf-8"))["features"]),
    ]
    changes = [CodeChange(code, old, code, new, date(2001, 12, 31))._asdict() for new, (code, old) in FORMER.items()]
    named = [NamedTable("changes", SYSTEM, pa.Table.from_pylist(changes, CHANGES))]
    osm = read_osm_names(demo / "streets.osm.pbf", quiet)
    write_sources(Sources(SYSTEM, divisions.SYSTEM, areas, named, osm=osm), folder, quiet, {})
    rows = csv.DictReader(io.StringIO((demo / "households.csv").read_bytes().decode("gb18030")))
    addresses = [written(row["地址"]) for row in rows]
    towns = sorted({address.town for address in addresses})
    noise = Noise(towns, {new: old for new, (_, old) in FORMER.items()})
    return County(Geocoder(folder, "CN", COUNTY), addresses, noise)


def _areas(features: list[dict]) -> AreaTable:
    shapes = {i: shapely.from_geojson(json.dumps(feature["geometry"])) for i, feature in enumerate(features)}
    rows = []
    for i, feature in enumerate(features):
        area = feature["properties"]
        radius = float(half_extent_m(shapely.envelope([shapes[i]]))[0])
        names = (SYSTEM, area["code"], area["name_zh"], area["name_en"], LEVELS[area["level"]], area["parent"])
        rows.append(AreaRow(*names, *point_inside(shapes[i], None), radius))
    return AreaTable("areas", rows, own=True, shapes=shapes)


def is_placed(answer: Geocoded) -> bool:
    return answer.precision != "none" and not finer("village", answer.precision)


def is_right(address: Written, answer: Geocoded) -> bool:
    """Whether the answer is in the village or on the street of an address."""
    name = village_of(address.place)
    if name is None:
        return answer.matched.endswith(address.town + address.place)
    areas = {area.level: area.name for area in answer.areas}
    return areas.get("village", "").startswith(name) and areas["town"] == address.town


def outcome(county: County, pairs: Iterator[tuple[Written, Written]]) -> Outcome:
    answers = [(address, county.geocoder.geocode(noisy.text)) for address, noisy in pairs]
    placed = [(address, answer) for address, answer in answers if is_placed(answer)]
    right = {True: list[bool](), False: list[bool]()}
    for address, answer in placed:
        right[village_of(address.place) is not None].append(is_right(address, answer))
    return Outcome(len(placed) / len(answers), *(sum(right[kind]) / len(right[kind]) for kind in (True, False)))


def test_addresses_without_noise_are_all_right(county: County) -> None:
    assert outcome(county, ((a, a) for a in county.addresses[:2_000])) == Outcome(1.0, 1.0, 1.0)


def test_a_mixture_of_noise_is_placed_as_a_register_needs(county: County) -> None:
    rng = random.Random(1)
    result = outcome(county, ((a, county.noise.mixed(a, rng)) for a in county.addresses))
    assert result.placed >= 0.97, result
    assert result.right_villages >= 0.999, result
    assert result.right_streets >= 0.999, result


@pytest.mark.parametrize("kind", PLACED)
def test_noise_of_one_kind_on_every_address(county: County, kind: str) -> None:
    rng = random.Random(2)
    result = outcome(county, ((a, county.noise.noisy(a, kind, rng)) for a in county.addresses[:1_500]))
    assert result.placed >= PLACED[kind], result
    assert result.right_villages >= 0.998, result
    assert result.right_streets >= 0.98, result


UNKNOWN = ("木樨", "郝家", "芦荻", "袁家", "董家", "鱼尾", "蒿子", "雁汊", "樟木", "栗树", "蓼花", "枫香", "龚家", "团圩")


@pytest.mark.parametrize("address", ["大龙山镇{}村8号", "杨桥镇{}社区8号", "{}村8号", "大桥街道{}小区3栋", "罗岭镇{}8号"])
def test_villages_and_estates_that_are_not_known_are_not_taken_for_others(county: County, address: str) -> None:
    answers = [county.geocoder.geocode("宜秀区" + address.format(name)) for name in UNKNOWN]
    assert [answer.matched for answer in answers if is_placed(answer)] == []


ELSEWHERE = ["怀宁县高河镇凌桥村8号", "安庆市大观区康宁街8号", "安徽省池州市贵池区永林村3号", "怀宁县大桥街道3号"]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_addresses_of_other_counties_stay_outside(county: County, address: str) -> None:
    assert county.geocoder.geocode(address).reason == "outside_scope"


DECIDED = [
    ("杨桥镇官兵花章家畈4号", "杨桥镇官兵村委会章家畈", ("typo",)),
    ("杨桥镇杨桥林区16号", "杨桥镇杨桥居委会", ("typo",)),
    ("五横乡永林社区8号", "大龙山镇永林居委会", ("wrong_level",)),
    ("五横乡康宁街8号", "大桥街道康宁街", ("wrong_level",)),
    ("大桥街到康宁街8号", "大桥街道康宁街", ("typo",)),
    ("池州市宜秀区黄梅村6号", "罗岭镇黄梅村委会", ("missing_level", "wrong_level")),
]


@pytest.mark.parametrize(("address", "place", "faults"), DECIDED)
def test_other_elements_decide_what_is_wrong(county: County, address: str, place: str, faults: tuple[str, ...]) -> None:
    answer = county.geocoder.geocode(address if "宜秀区" in address else "安徽省安庆市宜秀区" + address)
    assert answer.matched.endswith(place)
    assert set(faults) <= set(answer.faults)


UNDECIDED = [
    ("大龙山镇永钡社区9号", "大龙山镇"),  # 永安 or 永林
    ("大桥街道光街3号", "大桥街道"),  # one of eight streets
    ("白泽湖乡芭茅社区9号", "宜秀区"),  # a 村 here, a 社区 in 大桥街道
    ("罗岭镇建设路9号", "罗岭镇"),  # every town has one
]


@pytest.mark.parametrize(("address", "area"), UNDECIDED)
def test_what_is_not_decided_is_placed_in_the_area_that_contains_it(county: County, address: str, area: str) -> None:
    answer = county.geocoder.geocode("安徽省安庆市宜秀区" + address)
    assert not is_placed(answer)
    assert answer.areas[-1].name == area


def test_a_road_without_plates_is_placed_in_the_village_that_is_stated(county: County) -> None:
    whole, part = (county.geocoder.geocode(f"宜秀区大桥街道{text}康宁街8号") for text in ("", "砂桥社区"))
    assert (whole.precision, whole.areas[-1].name) == ("road", "大桥街道")
    assert (part.precision, part.areas[-1].name) == ("road", "砂桥居委会")
    assert whole.uncertainty_m is not None
    assert part.uncertainty_m is not None
    assert part.uncertainty_m < whole.uncertainty_m / 2
    elsewhere = county.geocoder.geocode("宜秀区大桥街道苏岗社区康宁街8号")
    assert (elsewhere.precision, elsewhere.areas[-1].name) == ("village", "苏岗居委会")
