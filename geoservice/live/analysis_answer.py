"""Analyses of a release with the stations as they would be, as GeoJSON: each row of their results is a feature."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import shapely

from geoservice.analysis import coverage, equal_services, floating_catchments, inequality, quantiles, station_capacity
from geoservice.analysis.base import Analysis, Context, Findings
from geoservice.analysis.frames import ROWS, suppress_small_counts
from geoservice.live.analysis_context import analysis_context
from geoservice.live.coverage_rows import Json
from geoservice.live.engine import Engine
from geoservice.live.parameters import Parameters
from geoservice.live.question import (
    ACCESSIBILITY,
    CAPACITY,
    EQUAL_SERVICES,
    INEQUALITY,
    TRAVEL_TIMES,
    AnalysisQuestion,
    ScenarioQuestion,
)
from geoservice.measures import MEASURES

LIVE_ANALYSES: Mapping[str, Analysis] = MappingProxyType(
    {
        ACCESSIBILITY: floating_catchments,
        CAPACITY: station_capacity,
        EQUAL_SERVICES: equal_services,
        INEQUALITY: inequality,
        TRAVEL_TIMES: quantiles,
    }
)
"""The analyses that are processes, by the id of the process."""
SECOND_STATION = (ACCESSIBILITY, TRAVEL_TIMES)
"""Those that also read the times to the second nearest station."""
STATION = "station"
DECIMALS = 6
"""Decimals of degrees: 0.1 m."""


def analysis_answer(process: str, engine: Engine, question: AnalysisQuestion, within: tuple[str, ...] | None = None) -> Json:
    """Return the rows of an analysis as features: for each area or station a measure with its value and margin.

    Without edits they equal those of the release. ``within`` must be None, because an analysis counts the people of all areas.
    Raises :class:`ParameterError` as :meth:`geoservice.live.engine.Engine.scenario` does.
    """
    assert within is None, "callers whose view is limited may not execute it"
    asked = ScenarioQuestion(service=question.service, mode=question.mode, tier=question.tier, edits=question.edits)
    with engine.scenario(asked) as scenario:
        context = analysis_context(engine, scenario, asked, second=process in SECOND_STATION)
        parameters = engine.parameters
        findings = _run(LIVE_ANALYSES[process], context, question, parameters)
        rows = suppress_small_counts(findings.rows, parameters.hide_below)
        offered = {row["id"] for row, counts in zip(scenario.after.rows, scenario.after.offered, strict=True) if counts}
        places = _places(engine, scenario.after.rows, geometry=question.geometry)
    counts = [row for row in rows.to_pylist() if row["geography"] != STATION or row["unit"] in offered]
    features = [_feature(number, row, question.tier, places) for number, row in enumerate(counts)]
    return {"type": "FeatureCollection", "features": features, "numberReturned": len(features), "notes": list(findings.notes)}


def _run(analysis: Analysis, context: Context, question: AnalysisQuestion, parameters: Parameters) -> Findings:
    settings: dict[str, object] = {
        "services": (question.service,),
        "standards": {question.service: parameters.standards[question.service]},
        "minutes": parameters.minutes,
        "groups": parameters.groups,
    }
    results = ROWS.empty_table()
    if analysis is quantiles:  # it reads the shares that are covered
        results = coverage.analyse(context, _params(coverage, settings), results).rows
    return analysis.analyse(context, _params(analysis, {**settings, **question.parameters()}), results)


def _params(analysis: Analysis, settings: Mapping[str, object]) -> Any:
    return analysis.Params(**{name: value for name, value in settings.items() if name in analysis.Params.model_fields})


def _places(engine: Engine, stations: Any, *, geometry: bool) -> Mapping[tuple[str, str], Json]:
    """Return name and geometry of each area and station, by geography and unit."""
    areas = engine.arrays.areas
    shapes = [None] * areas.num_rows
    if geometry:
        outlines = shapely.set_precision(shapely.from_wkb(areas["geometry"].to_numpy()), 10.0**-DECIMALS, "pointwise")
        shapes = [shapely.geometry.mapping(shape) for shape in outlines]
    places: dict[tuple[str, str], Json] = {
        (row["geography"], row["unit"]): {"name_zh": row["name_zh"], "name_en": row["name_en"], "geometry": shape}
        for row, shape in zip(engine.areas.rows, shapes, strict=True)
    }
    for row in stations:
        point = {"type": "Point", "coordinates": [round(row["lon"], DECIMALS), round(row["lat"], DECIMALS)]}
        places[STATION, row["id"]] = {"name_zh": row["name"], "name_en": row["name"], "geometry": point}
    return places


def _feature(number: int, row: Json, tier: str, places: Mapping[tuple[str, str], Json]) -> Json:
    place = places.get((row["geography"], row["unit"]), {})
    measure = MEASURES.get(row["measure"])
    names = {name: place.get(name) for name in ("name_zh", "name_en")}
    unit = {} if measure is None else {"unit_of_measure": measure.unit}
    properties = {**row, **unit, **names, "tier": tier if row["service"] else row["tier"]}
    return {"type": "Feature", "id": number, "geometry": place.get("geometry"), "properties": properties}
