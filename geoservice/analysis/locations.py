"""How well the households of each area are located: to a building, on a street, to their village, or less."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from geoservice.analysis.base import Context, Findings, Process
from geoservice.analysis.frames import stack, table
from geoservice.demand import Z90, LocationCounts, Quantity, region_sums
from geoservice.geo import Floats

PROCESS = Process(
    id="locations",
    title={"zh": "住户定位精度", "en": "How well households are located"},
    description={
        "zh": "各区域按定位精度分的户数：定位到建筑、沿街道推算、只知所在村（社区）、只知乡镇或更大范围；均带误差范围。",
        "en": "Households of each area by how well they are located: to a building, along a street, to their village only, or "
        "to a township or a wider area only; with margins.",
    },
    reference="Hay et al. (2010), Boosting the accuracy of differentially private histograms through consistency, VLDB 3",
)
PLACED = ("located_exactly", "located_on_street")
"""Classes of households that have a point of their own; the others count somewhere in an area."""
CERTAIN_MARGINS = 3
"""A note is made of numbers above so many margins, which noise alone does not reach."""


class Params(BaseModel):
    """No parameters."""

    model_config = ConfigDict(frozen=True)


class ClassCounts(NamedTuple):
    """Households of some areas by class ``(n, classes)``, each with noise of variance ``noise`` ``(n,)``.

    ``total`` and ``total_variance`` are the households of each area from the measurement of places, shape ``(n,)``; None if
    that counts other people too.
    """

    households: Floats
    noise: Floats
    total: Floats | None
    total_variance: Floats | None


def class_sums(counts: ClassCounts, members: Sequence[int]) -> tuple[Floats, Floats]:
    """Return households of some of the classes together, and their margins; shapes ``(n,)``.

    All classes add up to the total of each area, which is known better: the difference is divided equally among the classes.
    That is the least squares estimate for a total without noise (Hay et al. 2010).

    Parameters
    ----------
    counts : ClassCounts
    members : sequence of int
        Positions of the classes.

    Examples
    --------
    >>> counts = ClassCounts(np.array([[50.0, 30.0]]), np.array([8.0]), np.array([100.0]), np.array([0.0]))
    >>> value, margin = class_sums(counts, [0])
    >>> value.tolist(), margin.round(3).tolist()
    ([60.0], [3.29])
    """
    value = counts.households[:, members].sum(axis=1)
    noise = len(members) * counts.noise
    if counts.total is None or counts.total_variance is None:
        return value, Z90 * np.sqrt(noise)
    part = len(members) / counts.households.shape[1]
    value = value + part * (counts.total - counts.households.sum(axis=1))
    return value, Z90 * np.sqrt(noise * (1 - part) + part**2 * counts.total_variance)


def class_share(counts: ClassCounts, members: Sequence[int]) -> tuple[Floats, Floats]:
    """Return the share of some of the classes in all households, in percent, and its margin; shapes ``(n,)``.

    NaN if there are no households. The margin is that of the ratio (delta method): of ``part - share x total``.

    Examples
    --------
    >>> counts = ClassCounts(np.array([[50.0, 30.0]]), np.array([8.0]), np.array([100.0]), np.array([0.0]))
    >>> share, margin = class_share(counts, [0])
    >>> share.tolist(), margin.round(3).tolist()
    ([60.0], [3.29])
    """
    classes, m = counts.households.shape[1], len(members)
    part = class_sums(counts, members)[0]
    total = counts.households.sum(axis=1) if counts.total is None else counts.total
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(total > 0, part / total, np.nan)
        if counts.total_variance is None:
            variance = counts.noise * (m * (1 - share) ** 2 + (classes - m) * share**2)
        else:
            variance = counts.noise * m * (1 - m / classes) + (m / classes - share) ** 2 * counts.total_variance
        return 100 * np.clip(share, 0, 1), 100 * Z90 * np.sqrt(variance) / total


def analyse(context: Context, params: Params, results: pa.Table) -> Findings:  # noqa: ARG001 - the form of an analysis
    """Return households by class, and the share with a point of their own, of the areas of each counted level."""
    locations = context.demand.surface.locations
    rows: list[pa.Table] = []
    for level in context.levels if locations is not None else ():
        rows += _rows(context, level, locations)  # type: ignore[arg-type]  # not None in this loop
    return Findings(stack(rows), notes=() if locations is None else list(_notes(locations)))


def _rows(context: Context, level: str, locations: LocationCounts) -> Iterator[pa.Table]:
    ids = context.areas[level].ids
    position = {code: i for i, code in enumerate(ids)}
    area = np.array([next((position[c] for c in codes if c in position), -1) for codes in locations.areas], np.int64)
    counted = np.unique(area[area >= 0])
    if not len(counted):
        return
    counts = _counts(context, level, locations, area, counted)
    dims: dict[str, Any] = {"geography": level, "unit": np.array(ids, object)[counted]}
    for number, name in enumerate(locations.classes):
        yield table(*class_sums(counts, [number]), measure=f"{name}_households", group="all", **dims)
    yield table(*class_share(counts, _placed(locations)), measure="located_share", group="all", **dims)


def _placed(locations: LocationCounts) -> list[int]:
    return [locations.classes.index(name) for name in PLACED]


def _counts(context: Context, level: str, locations: LocationCounts, area: Any, counted: Any) -> ClassCounts:
    """Return the sums of the counted areas that lie in each area of a level."""
    inside = area >= 0
    n = len(context.areas[level].ids)
    households = np.zeros((n, len(locations.classes)))
    np.add.at(households, area[inside], locations.households[inside])
    noise = np.bincount(area[inside], locations.deviations[inside] ** 2, n)[counted]
    surface = context.demand.surface
    if surface.description.get("kind") != "register":
        return ClassCounts(households[counted], noise, None, None)
    sums, every = region_sums(surface, context.demand.area[level], n), Quantity("households")
    return ClassCounts(households[counted], noise, sums.value(every)[counted], (sums.margin(every)[counted] / Z90) ** 2)


def _notes(locations: LocationCounts) -> Iterator[dict[str, str]]:
    """Yield how all households are located, unless the number of those without a point may be noise."""
    households = locations.households
    counts = ClassCounts(households.sum(axis=0, keepdims=True), np.array([np.sum(locations.deviations**2)]), None, None)
    coarse, margin = class_sums(counts, [n for n in range(len(locations.classes)) if n not in _placed(locations)])
    if coarse[0] <= CERTAIN_MARGINS * margin[0]:
        return
    shares = [class_share(counts, [number])[0][0] for number in range(len(locations.classes))]
    exactly, street, village, wider = (f"{np.nan_to_num(share):.0f}" for share in shares)
    yield {
        "zh": f"住户定位精度：约{exactly}%定位到建筑，{street}%沿街道推算；{village}%只知所在村（社区），"
        f"{wider}%只知乡镇或更大范围，后两类计入该区域内有住房的某处。各乡镇的户数见图层“住户定位精度”。",
        "en": f"How well households are located: about {exactly} % to a building and {street} % along a street; {village} % "
        f"only to their village and {wider} % only to a township or wider, and these count somewhere in that area where homes "
        "are. The layer “How well households are located” has the numbers of each township.",
    }
