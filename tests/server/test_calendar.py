"""The timetable of vans as iCalendar, on each kind of store, and layers that are no timetable."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from van_town import read_calendar

from geoservice.analysis.frames import table as release_rows
from geoservice.analysis.van_tours.rows import stop_table
from geoservice.analysis.van_tours.timetable import NO_TIME, VISITED, VanPlan, VanStop, VanTour, Visit
from geoservice.layer import read_layer
from geoservice.release.base import TABLE, Manifest, ReleaseContent
from geoservice.release.layers import build_layers
from geoservice.release.manifest import table_digest
from geoservice.server.app import create_app
from geoservice.settings import Settings

from .conftest import Client, Place, _count

LAYER = Path(__file__).parents[2] / "layers/van_stops.toml"
URL = "/collections/van_stops/items"


def text(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def plan() -> VanPlan:
    common: dict[str, Any] = {"area": text("乡", "Xiang"), "margin": 9.0, "reasons": text("因", "why")}
    stops = [
        VanStop("j1", text("甲村, 东", "Jia; east"), lon=117.0, lat=30.5, persons=50.0, period=2, status=VISITED,
                visit=Visit(0, 1, 12, 522, 542, 600), **common),
        VanStop("j2", text("乙村", "Yi"), lon=117.1, lat=30.5, persons=5.0, period=2, status=NO_TIME, **common),
    ]  # fmt: skip
    tour = VanTour("A.1.3.2", "A", "医院", 1, 3, 2, 2, 510, 612, 24, 1, b"")
    return VanPlan("clinic", "all", stops, [tour], 2, 20_703, 24, 24.0, 100.0, 10.0, 60.0, 9.0, ())


def content() -> ReleaseContent:
    drawn = plan()
    ids = np.array([s.id for s in drawn.stops], object)
    persons, margins = np.array([s.persons for s in drawn.stops]), np.array([s.margin for s in drawn.stops])
    rows = release_rows(persons, margins, geography="van_stop", unit=ids, measure="stop_persons", service="clinic", group="all")
    rows = rows.cast(TABLE)
    built = list(build_layers([read_layer(LAYER)], {"van_stop": stop_table(drawn)}, rows))
    services = [{"id": "clinic", "title": {"zh": "门诊", "en": "Clinic"}, "standard_minutes": 30}]
    study = {"id": "town", "title": {"zh": "镇", "en": "Town"}, "services": services}
    manifest = Manifest(
        code_version="0.1.0", study=study, inputs={}, parameters={}, table_digest=table_digest(rows),
        layers=tuple(c.layer for c in built), disclosure={},
    )  # fmt: skip
    return ReleaseContent(built, rows, manifest)


@pytest.fixture
def vans(published: Place, tmp_path: Path) -> Client:
    """Return a client of a release with a timetable."""
    place = Place(tmp_path, published.dsn, f"vans{next(_count)}")
    store = place.open(read_only=False)
    store.write(content())
    store.close()
    return Client(create_app(Settings(), place.open()))


@pytest.mark.parametrize(("language", "summary"), [("zh", "门诊：甲村, 东"), ("en", "Clinic: Jia; east")])
def test_visited_stops_are_events(vans: Client, language: str, summary: str) -> None:
    answer = vans.get(f"{URL}?f=ics&lang={language}")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="van_stops.ics"'
    (event,) = read_calendar(answer.content.decode())
    assert (event["UID"], event["SUMMARY"]) == ("j1.town@vans.geoservice", summary)
    assert (event["DTSTART"], event["DTEND"], event["RRULE"]) == (
        "20260916T090200", "20260916T100000", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE",
    )  # fmt: skip
    assert event["GEO"] == "30.500000;117.000000"


def test_the_calendar_is_chosen_by_its_media_type_and_linked(vans: Client) -> None:
    assert vans.get(URL, Accept="text/calendar").text.startswith("BEGIN:VCALENDAR\r\n")
    links = vans.json("/collections/van_stops?f=json")["links"]
    assert [x["href"].split("?")[1] for x in links if x["type"] == "text/calendar" and x["rel"] == "enclosure"] == ["f=ics"]
    assert "f=ics" in vans.get(f"{URL}?f=html").text


def test_filters_and_missing_properties(vans: Client, client: Client) -> None:
    assert read_calendar(vans.get(f"{URL}?f=ics&unit=j2").content.decode()) == []
    answer = vans.get(f"{URL}?f=ics&properties=unit,name_zh")
    assert (answer.status_code, answer.json()["detail"]) == (
        400, "f=ics needs the property name_en; leave the parameter properties out",
    )  # fmt: skip
    bare = read_calendar(vans.get(f"{URL}?f=ics&skipGeometry=true").content.decode())
    assert "GEO" not in bare[0]
    answer = client.get("/collections/stations/items?f=ics")
    assert answer.status_code == 400
    assert "the layer stations is no timetable; allowed are csv, parquet, gpkg, fgb" in answer.json()["detail"]
    assert not any(x["type"] == "text/calendar" for x in client.json("/collections/stations?f=json")["links"])
