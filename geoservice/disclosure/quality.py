"""The steward's quality report: the differences between a surface and the register. Private: it stays beside the register."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from geoservice.areas import ancestors
from geoservice.demand import Z90, Quantity
from geoservice.demand.sums import region_sums
from geoservice.disclosure.location_classes import location_classes
from geoservice.disclosure.measure import GROUP_CAP, PERSONS_CAP
from geoservice.disclosure.protect import ProtectedSurface
from geoservice.disclosure.tree import REST
from geoservice.schema import GROUP_PREFIX

HEADER = "area,quantity,register,estimate,margin_90"


def quality_report(protected: ProtectedSurface, households: pa.Table) -> Iterator[str]:
    """Yield the lines of a CSV file.

    These are counts beyond the caps, households by how well they are located, and the register's number and the estimate for
    every area.
    """
    yield HEADER
    persons = households.column("persons").to_numpy().astype(np.int64)
    for name, values, cap in _capped(households, persons):
        yield f"(whole register),{name} beyond the cap of {cap} a household,{int(np.maximum(values - cap, 0).sum())},0,"
    yield from _located(protected, households)
    parents, surface = protected.tree.parents, protected.surface
    leaf_code, leaf_area = np.unique([n.split("/")[0].removesuffix(REST) for n in surface.ids], return_inverse=True)
    home = households.column("residence_area").combine_chunks().dictionary_encode()
    codes, code_index = [str(c) for c in home.dictionary.to_pylist()], home.indices.to_numpy()
    counts, people = (
        np.bincount(code_index, minlength=len(codes)),
        np.bincount(code_index, persons, len(codes)).astype(np.int64),
    )
    for code in parents:
        inside = np.array([code in ancestors(str(a), parents) for a in leaf_code], bool)[leaf_area]
        sums = region_sums(surface, np.where(inside, 0, -1).astype(np.int32)[surface.point_leaf], 1)
        in_area = np.array([code in ancestors(a, parents) for a in codes], bool)
        for quantity, exact in ((Quantity("households"), counts[in_area].sum()), (Quantity("persons"), people[in_area].sum())):
            yield f"{code},{quantity.unit},{exact},{sums.value(quantity)[0]:.1f},{sums.margin(quantity)[0]:.1f}"


def _located(protected: ProtectedSurface, households: pa.Table) -> Iterator[str]:
    """Yield households by how well they are located, of the whole register: areas are where households were placed."""
    locations = protected.surface.locations
    if locations is None:
        return
    exact = np.bincount(location_classes(households), minlength=len(locations.classes))
    margin = Z90 * locations.deviation * len(locations.areas) ** 0.5
    for name, number, estimate in zip(locations.classes, exact, locations.households.sum(axis=0), strict=True):
        yield f"(whole register),households {name},{number},{estimate:.1f},{margin:.1f}"


def _capped(households: pa.Table, persons: np.ndarray) -> Iterator[tuple[str, np.ndarray, int]]:
    yield "persons", persons, PERSONS_CAP
    for name in households.column_names:
        if name.startswith(GROUP_PREFIX):
            yield name.removeprefix(GROUP_PREFIX), households.column(name).to_numpy().astype(np.int64), GROUP_CAP
