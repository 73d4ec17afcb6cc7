"""Stops, tours and visits of a plan as tables, with the columns that layers and files have."""

from typing import Any

import pyarrow as pa
import shapely

from geoservice.analysis.van_tours.timetable import VanPlan, VanStop, clock, weeks_text


def _schema(**kinds: str) -> pa.Schema:
    types = {"text": pa.string(), "integer": pa.int32(), "date": pa.date32(), "wkb": pa.binary()}
    return pa.schema([pa.field(name, types[kind]) for kind, names in kinds.items() for name in names.split()])


_NAMES = "name_zh name_en area_zh area_en"
_STOPS = _schema(
    text=f"unit {_NAMES} service status tour base base_name weeks arrives opens leaves reason_zh reason_en",
    integer="van weekday every_weeks week cycle_weeks visit_order driving_minutes",
    date="first_date",
    wkb="geometry",
)
_TOURS = _schema(
    text="unit name_zh name_en service base base_name weeks departs returns",
    integer="van weekday every_weeks week cycle_weeks stops driving_minutes duty_minutes",
    date="first_date",
    wkb="geometry",
)
_VISITS = _schema(
    text=f"van_zh van_en stop {_NAMES} arrives opens leaves",
    integer="week weekday visit_order driving_minutes",
    date="date",
)
_VISIT_ORDER = (
    "van_zh",
    "van_en",
    "week",
    "weekday",
    "date",
    "visit_order",
    "stop",
    "name_zh",
    "name_en",
    "area_zh",
    "area_en",
)
_TIMES = ("arrives", "opens", "leaves", "driving_minutes")


def stop_table(plan: VanPlan) -> pa.Table:
    """Return the stops, without their people; columns of the visit are null for stops that are not visited."""
    return pa.Table.from_pylist([_stop_row(plan, stop) for stop in plan.stops], schema=_STOPS)


def tour_table(plan: VanPlan) -> pa.Table:
    """Return the tours with their lines."""
    return pa.Table.from_pylist(_tour_rows(plan), schema=_TOURS)


def visit_table(plan: VanPlan) -> pa.Table:
    """Return every visit of a cycle, in the order of time, van and stop."""
    return pa.Table.from_pylist(_visit_rows(plan), schema=_VISITS).select([*_VISIT_ORDER, *_TIMES])


def _stop_row(plan: VanPlan, stop: VanStop) -> dict[str, Any]:
    tour = plan.tours[stop.visit.tour] if stop.visit else None
    visit = stop.visit
    return {
        "unit": stop.id,
        "name_zh": stop.name["zh"],
        "name_en": stop.name["en"],
        "area_zh": stop.area["zh"],
        "area_en": stop.area["en"],
        "service": plan.service,
        "status": stop.status,
        "tour": tour and tour.id,
        "base": tour and tour.base,
        "base_name": tour and tour.base_name,
        "van": tour and tour.van,
        "weekday": tour and tour.weekday,
        "every_weeks": stop.period if tour else None,
        "week": tour and tour.week,
        "weeks": tour and weeks_text(tour.week, tour.period, plan.cycle),
        "cycle_weeks": plan.cycle,
        "first_date": tour and plan.first_day(tour),
        "visit_order": visit and visit.order,
        "driving_minutes": visit.driving if visit else None,
        "arrives": visit and clock(visit.arrive),
        "opens": visit and clock(visit.opens),
        "leaves": visit and clock(visit.leave),
        "reason_zh": stop.reasons["zh"],
        "reason_en": stop.reasons["en"],
        "geometry": shapely.to_wkb(shapely.Point(stop.lon, stop.lat)),
    }


def _tour_rows(plan: VanPlan) -> list[dict[str, Any]]:
    return [
        {
            "unit": tour.id,
            **{f"name_{language}": text for language, text in tour.van_name.items()},
            "service": plan.service,
            "base": tour.base,
            "base_name": tour.base_name,
            "van": tour.van,
            "weekday": tour.weekday,
            "every_weeks": tour.period,
            "week": tour.week,
            "weeks": weeks_text(tour.week, tour.period, plan.cycle),
            "cycle_weeks": plan.cycle,
            "first_date": plan.first_day(tour),
            "stops": tour.stops,
            "departs": clock(tour.depart),
            "returns": clock(tour.back),
            "driving_minutes": tour.driving,
            "duty_minutes": tour.back - tour.depart,
            "geometry": tour.line,
        }
        for tour in plan.tours
    ]


def _visit_rows(plan: VanPlan) -> list[dict[str, Any]]:
    return [
        {
            **{f"van_{language}": text for language, text in row.tour.van_name.items()},
            "week": row.week,
            "weekday": row.tour.weekday,
            "date": row.day,
            "visit_order": row.visit.order,
            "stop": row.stop.id,
            "name_zh": row.stop.name["zh"],
            "name_en": row.stop.name["en"],
            "area_zh": row.stop.area["zh"],
            "area_en": row.stop.area["en"],
            "driving_minutes": row.visit.driving,
            "arrives": clock(row.visit.arrive),
            "opens": clock(row.visit.opens),
            "leaves": clock(row.visit.leave),
        }
        for row in plan.timetable()
    ]
