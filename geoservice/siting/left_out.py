"""The people whom no choice of sites can reach within the limits of a request, by area."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geoservice.analysis.siting.margins import surface_margin
from geoservice.demand import Quantity
from geoservice.errors import Infeasible
from geoservice.layer import Label
from geoservice.siting.inputs import SitingInputs
from geoservice.siting.request import SitingRequest


@dataclass(frozen=True)
class AreaPeople:
    """People left out in an area of the study's lowest level, with their margin, NaN if unknown."""

    area: Label
    people: float
    margin: float


class LeftOut(Infeasible):
    """No choice can reach everybody whom the model has to reach; ``areas`` has those left out, most first."""

    areas: Sequence[AreaPeople] = ()

    @classmethod
    def of(cls, error: Infeasible, inputs: SitingInputs, request: SitingRequest) -> "LeftOut":
        """Return an error with the areas of the points that it leaves out."""
        surface, points = inputs.arrays.surface, np.array(error.points, np.int64)
        margin = surface_margin(surface, Quantity("persons", request.group))
        names = inputs.arrays.area_names(surface.point_lon[points], surface.point_lat[points])
        by_area: dict[Label, list[int]] = {}
        for name, point in zip(names, points.tolist(), strict=True):
            by_area.setdefault(name, []).append(point)
        rows = []
        for name, positions in by_area.items():
            at, none = np.array(positions, np.int64), np.empty(0, np.int64)
            people = float(inputs.problem.weight[at].sum())
            rows.append(AreaPeople(name, people, np.nan if margin is None else margin(at, none)))
        left_out = cls(str(error), error.points)
        left_out.areas = sorted(rows, key=lambda row: -row.people)
        return left_out
