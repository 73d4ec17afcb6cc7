"""The steward's quality report: how far a surface is from the register. Private: it stays beside the register."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from geoservice.areas import ancestors
from geoservice.demand import Quantity
from geoservice.demand.sums import region_sums
from geoservice.disclosure.measure import GROUP_CAP, PERSONS_CAP
from geoservice.disclosure.protect import Made
from geoservice.disclosure.tree import REST
from geoservice.schema import GROUP_PREFIX

HEADER = "area,quantity,register,estimate,margin_90"


def quality_report(made: Made, households: pa.Table) -> Iterator[str]:
    """Lines of a CSV file: what the caps cut off, then for every area the register's number beside the estimate."""
    yield HEADER
    persons = households.column("persons").to_numpy().astype(np.int64)
    for name, values, cap in _capped(households, persons):
        yield f"(whole register),{name} beyond the cap of {cap} a household,{int(np.maximum(values - cap, 0).sum())},0,"
    of_leaf = [name.split("/")[0].removesuffix(REST) for name in made.surface.ids]
    here = [str(c) for c in households.column("residence_area").to_pylist()]
    for code in made.tree.parents:
        inside = {a for a in {*of_leaf, *here} if code in ancestors(a, made.tree.parents)}
        region = np.where(np.isin(of_leaf, list(inside)), 0, -1).astype(np.int32)[made.surface.point_leaf]
        sums = region_sums(made.surface, region, 1)
        rows = np.isin(here, list(inside))
        for quantity, exact in ((Quantity("households"), int(rows.sum())), (Quantity("persons"), int(persons[rows].sum()))):
            yield f"{code},{quantity.unit},{exact},{sums.value(quantity)[0]:.1f},{sums.margin(quantity)[0]:.1f}"


def _capped(households: pa.Table, persons: np.ndarray) -> Iterator[tuple[str, np.ndarray, int]]:
    yield "persons", persons, PERSONS_CAP
    for name in households.column_names:
        if name.startswith(GROUP_PREFIX):
            yield name.removeprefix(GROUP_PREFIX), households.column(name).to_numpy().astype(np.int64), GROUP_CAP
