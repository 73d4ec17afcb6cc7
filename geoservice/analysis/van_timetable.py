"""Tours of mobile vans as units of a release: stops with the people whom they reach, and the lines of tours."""

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import Context, Findings, Process, Units
from geoservice.analysis.frames import stack, table
from geoservice.analysis.van_tours.rows import stop_table, tour_table

PROCESS = Process(
    id="van_tours",
    title={"zh": "流动服务车线路", "en": "Tours of mobile vans"},
    description={
        "zh": "为没有站点可达的人口选取停靠点，并从驻地安排车辆每周的线路与时刻，附新覆盖人口及其误差。",
        "en": "Stops for people whom no station reaches, and the weekly tours of vans to them from their bases, with the "
        "people whom each stop newly reaches and their margin.",
    },
    reference="Cordeau, Gendreau and Laporte (1997), A tabu search heuristic for periodic and multi-depot vehicle routing",
)


class Params(BaseModel):
    """None: the study's table of vans holds them."""

    model_config = ConfigDict(frozen=True)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return stops and tours, if the study has vans, the people of each stop, and a summary as notes."""
    plan = context.vans
    if plan is None:
        return Findings(stack([]))
    ids = np.array([stop.id for stop in plan.stops], object)
    persons, margins = (np.array([getattr(stop, name) for stop in plan.stops], float) for name in ("persons", "margin"))
    rows = table(
        persons, margins, geography="van_stop", unit=ids, measure="stop_persons", service=plan.service, group=plan.group
    )
    units = [Units("van_stop", stop_table(plan)), Units("van_tour", tour_table(plan))]
    return Findings(rows, units, plan.summary)
