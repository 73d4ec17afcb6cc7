"""Tours of vans as data frames, and their files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from geoservice.api.files import TOURS, check_out, write_csv
from geoservice.errors import InputError, StudyError, check_choice

if TYPE_CHECKING:
    import geopandas
    import pandas as pd
    import pyarrow as pa

    from geoservice.pipeline.vans import VanPlan
    from geoservice.study import Study, Vans

UNITS = {"persons": "person", "driving_minutes": "minute", "duty_minutes": "minute"}


class VanOptions(TypedDict, total=False):
    """Options of tours of vans; :class:`geoservice.study.Vans` explains them."""

    minutes: int | None
    stops: int
    spacing: float
    tier: str
    group: str
    bases: Sequence[str]
    vans: int
    set_up_minutes: int
    least_minutes: int
    minutes_per_person: float
    most_minutes: int
    day_start: str | time
    day_minutes: int
    days: int
    every_weeks: int
    weekly_from: float | None
    fortnightly_from: float | None
    starts: str | date | None
    drive: str


def make_vans(study: "Study", service: str | None, mode: str | None, options: VanOptions) -> "Vans":
    """Return the vans of a study with other values where they are given.

    Raises :class:`InputError` for a value that is not allowed, or if neither the study nor the arguments name a service.
    """
    from geoservice.study import checked_vans

    given = {"service": service, "mode": mode}
    arguments: dict[str, Any] = {**options, **{k: v for k, v in given.items() if v is not None}}
    if isinstance(bases := arguments.get("bases"), str):
        arguments["bases"] = (bases,)
    data = ({} if study.vans is None else study.vans.model_dump()) | arguments
    if "service" not in data:
        raise InputError("service: got none; name one, or add a table [vans] to study.toml")
    try:
        vans = checked_vans(data)
    except StudyError as e:  # options are no study.toml
        raise InputError(str(e)) from e
    check_choice("service", vans.service, [s.id for s in study.services], InputError)
    return vans


@dataclass(frozen=True)
class VanTours:
    """Stops, tours and the timetable of vans.

    Attributes
    ----------
    stops : GeoDataFrame
        Every stop, also those that are not visited, with the people whom it newly reaches and their margin; ``status`` says why
        a stop is not visited: ``too_far``, ``no_time`` or ``no_road``. ``arrives`` is when the van comes, ``opens`` when it is
        set up. ``weekday`` counts from Monday as 1, ``week`` from 1 within the cycle.
    tours : GeoDataFrame
        Every tour, as a line along streets.
    timetable : DataFrame
        Every visit of a cycle of weeks, in the order of time.
    summary : dict
        Sentences by language: who is reached, the work of the vans, how far the driving can be from the least, who is left out.
    """

    stops: "geopandas.GeoDataFrame"
    tours: "geopandas.GeoDataFrame"
    timetable: "pd.DataFrame"
    summary: dict[str, list[str]]
    _titles: dict[str, str]
    _study: str

    def calendar(self, language: str = "zh") -> str:
        """Return the timetable as iCalendar: an event for each stop, repeated every so many weeks, in local time."""
        from geoservice.icalendar import calendar_text, stop_events

        if language not in self._titles:
            raise InputError(f"language: got {language!r:.20}, allowed are {', '.join(self._titles)}")
        stops = self.stops.assign(lon=self.stops.geometry.x, lat=self.stops.geometry.y).reset_index()
        visited = stops[stops["status"] == "visited"]
        events = stop_events(visited.to_dict("records"), self._titles[language], self._study, language)
        return calendar_text(self._titles[language], events, datetime.now(UTC).date())

    def write(self, path: str | PathLike[str], language: str = "zh") -> None:
        """Write a file by the ending of its name.

        ``.csv`` is the timetable, ``.geojson`` has the stops as points and the tours as lines, ``.ics`` is the calendar.
        """
        from geoservice.durable import atomic_write

        file = Path(path)
        check_out(file, TOURS)
        with atomic_write(file) as aside:
            if file.suffix.lower() == ".ics":
                aside.write_bytes(self.calendar(language).encode())
            elif file.suffix.lower() == ".geojson":
                aside.write_text(self._features(), encoding="utf-8")
            else:
                write_csv(self.timetable, aside)

    def _features(self) -> str:
        import json

        parts = [(kind, frame.reset_index()) for kind, frame in (("stop", self.stops), ("tour", self.tours))]
        features = [
            feature
            for kind, frame in parts
            for feature in json.loads(frame.assign(kind=kind).to_json(drop_id=True, default=str))["features"]
        ]
        return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def tours_of(plan: "VanPlan", study: "Study") -> VanTours:
    """Return a plan as frames; people below the number from which the study shows counts are NaN."""
    from geoservice.pipeline.vans import stop_table, tour_table, visit_table

    persons = _persons(plan, study.disclosure.hide_below or 0)
    frames = (
        _located(stop_table(plan), persons.rename(columns={"stop": "unit"})),
        _located(tour_table(plan)),
        _plain(visit_table(plan)).merge(persons, on="stop", how="left"),
    )
    for frame in frames:
        frame.attrs["units"] = {c: u for c, u in UNITS.items() if c in frame.columns}
    title = next(service.title for service in study.services if service.id == plan.service)
    summary = {language: [text[language] for text in plan.summary] for language in ("zh", "en")}
    return VanTours(*frames, summary, {"zh": title.zh, "en": title.en}, study.id)


def _persons(plan: "VanPlan", below: int) -> "pd.DataFrame":
    import pandas as pd

    rows = [(s.id, round(s.persons, 1), round(s.margin, 1)) for s in plan.stops]
    frame = pd.DataFrame(rows, columns=["stop", "persons", "persons_margin"])
    frame.loc[frame["persons"] < below, ["persons", "persons_margin"]] = float("nan")
    return frame


def _plain(table: "pa.Table") -> "pd.DataFrame":
    import pandas as pd
    import pyarrow as pa

    return table.to_pandas(types_mapper=lambda kind: pd.Int32Dtype() if kind == pa.int32() else None)


def _located(table: "pa.Table", numbers: "pd.DataFrame | None" = None) -> "geopandas.GeoDataFrame":
    import geopandas
    import shapely

    frame = _plain(table)
    shapes = shapely.from_wkb(frame.pop("geometry").to_numpy())
    if numbers is not None:
        frame = frame.merge(numbers, on="unit", how="left")
    return geopandas.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4326").set_index("unit")
