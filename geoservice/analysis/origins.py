"""Where migrants came from: persons of each area by area of origin, as the register's surface estimates them."""

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
    """Nothing to choose."""

    model_config = ConfigDict(frozen=True)


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Persons by area and origin; the origin's code stands in the column ``group``."""
    flows = context.demand.surface.flows
    if flows is None:
        return Findings(stack([]))
    area, origin, margin = np.array(flows.area, object), np.array(flows.origin, object), flows.margins()
    rows = []
    for level in context.levels:
        mine = np.isin(area, context.areas[level].ids)
        dims: dict[str, Any] = {"geography": level, "unit": area[mine], "group": origin[mine]}
        rows.append(table(flows.persons[mine], margin[mine], measure="origin_persons", **dims))
    return Findings(stack(rows))
