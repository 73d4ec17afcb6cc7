"""Origins of migrants: persons of each area by area of origin, as estimated by the demand surface of a register."""

from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import Context, Findings, Process
from geoservice.analysis.frames import stack, table

PROCESS = Process(
    id="origins",
    title={"zh": "流动人口来源地", "en": "Origins of migrants"},
    description={
        "zh": "各区域流动人口按来源地（省级，人数多时细分到县级）的估计人数及误差范围。",
        "en": "Migrants of each area by province of origin, and by county where a province is large, with margins.",
    },
    reference="UN (1970), Manual VI: Methods of measuring internal migration",
)


class Params(BaseModel):
    """No parameters."""

    model_config = ConfigDict(frozen=True)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return persons by area and origin; the column ``group`` holds the code of the origin."""
    flows = context.demand.surface.flows
    if flows is None:
        return Findings(stack([]))
    area, origin, margin = np.array(flows.area, object), np.array(flows.origin, object), flows.margins()
    rows = []
    for level in context.levels:
        at_level = np.isin(area, context.areas[level].ids)
        dims: dict[str, Any] = {"geography": level, "unit": area[at_level], "group": origin[at_level]}
        rows.append(table(flows.persons[at_level], margin[at_level], measure="origin_persons", **dims))
    return Findings(stack(rows))
