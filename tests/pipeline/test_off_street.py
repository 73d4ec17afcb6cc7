"""Words for people beyond the extract of the streets."""

import pytest

from geoservice.errors import InputError
from geoservice.geo import BBox
from geoservice.pipeline.off_street import NOT_JOINED, OffStreet, extract_notes, street_notes

WALK, DRIVE = BBox(116.97, 30.40, 117.204, 30.61), BBox(117.0, 30.5, 117.1, 30.6)


def notes(walk: float, drive: float) -> list[tuple[str, str]]:
    off_street = {
        m: OffStreet({"too far from a street": 2.0, "no network": s}, {}) for m, s in (("walk", walk), ("drive", drive))
    }
    return [(n.zh, n.en) for n in extract_notes(off_street, "county.osm.pbf", {"walk": WALK, "drive": DRIVE})]


def test_the_share_of_people_beyond_the_extract_is_a_note_in_both_languages() -> None:
    assert notes(0.0, 0.0) == []
    zh = (
        "12.34%的人口位于路网数据“county.osm.pbf”的范围（经纬度 116.97 30.40 至 117.20 30.61）之外，因此没有到站点的时间；"
        "如需计算，请导入覆盖全部区域的数据。"
    )
    en = (
        "12.34 % of the people live beyond the extract of the streets, county.osm.pbf (longitude and latitude 116.97 30.40 to "
        "117.20 30.61), and so have no times to stations; to have them, import an extract that covers all areas."
    )
    assert notes(12.34, 12.3) == [(zh, en)]
    assert "12.34 %" in notes(2.0, 12.34)[0][1]
    assert "117.00 30.50 to 117.10 30.60" in notes(2.0, 12.34)[0][1]


def test_an_extract_of_another_place_is_refused() -> None:
    with pytest.raises(InputError, match=r"^county\.osm\.pbf: .* 116\.97 30\.40 and 117\.20 30\.61 .* import an extract"):
        notes(100.0, 100.0)
    assert "100.00 %" in notes(100.0, 99.9)[0][1]


def test_people_without_a_street_to_a_station_are_notes_by_mode_and_reason() -> None:
    off = {"walk": OffStreet({"too far from a street": 1.5, NOT_JOINED: 0.25}, {}), "drive": OffStreet({NOT_JOINED: 0.0}, {})}
    assert [(n.zh, n.en) for n in street_notes(off)] == [
        (
            "步行：1.50%的人口离道路太远，没有到站点的时间。",
            "walking: 1.50 % of the people are too far from a street and have no times to stations.",
        ),
        (
            "步行：0.25%的人口所在道路与有站点的路网不相连，没有到站点的时间。",
            "walking: 0.25 % of the people are on streets that are not joined to a station and have no times to stations.",
        ),
    ]
