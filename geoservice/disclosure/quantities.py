"""Households and persons, in total and by group, as linear functions of measured columns; public."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from geoservice.demand import Quantity
from geoservice.demand.surface import Unit
from geoservice.disclosure.estimate import reconcile
from geoservice.disclosure.measure import GROUP_CAP, PERSONS_CAP, Query
from geoservice.geo import Floats
from geoservice.schema import ARRIVALS, MIGRANT_CLASSES


def query_weights(queries: Sequence[Query]) -> dict[str, Fraction]:
    """Return each query's share of every node's budget; together 1."""
    total = sum(q.weight for q in queries)
    return {q.name: Fraction(q.weight, total) for q in queries}


def quantity_scales(queries: Sequence[Query]) -> dict[Quantity, Floats]:
    """Return the coefficients of each measured column's unit noise in each quantity; shapes ``(columns,)``."""
    weights = query_weights(queries)
    scale = np.array([q.sensitivity / float(weights[q.name]) ** 0.5 for q in queries for _ in q.columns])
    return {
        q: np.round(coefficients * scale, 12) for q, coefficients in quantities(np.eye(len(scale)), queries, weights).items()
    }


def column_names(queries: Sequence[Query]) -> list[tuple[str, str]]:
    """Return query and column name of each measured column."""
    return [(q.name, c) for q in queries for c in q.columns]


def quantities(columns: Floats, queries: Sequence[Query], weights: Mapping[str, Fraction]) -> dict[Quantity, Floats]:
    """Return households and persons, in total and by group, from measured columns; linear, without a constant.

    Parameters
    ----------
    columns : float64 array, shape (n, columns)
        In the order of :func:`column_names`.
    queries, weights
        The queries that were measured, and their shares of the budget.

    Returns
    -------
    mapping of Quantity to float64 array, shape (n,)
        Residents and migrants add up to all, and so do the migrant classes to migrants, and arrivals to migrant households.
    """
    index = {name: i for i, name in enumerate(column_names(queries))}

    def column(query: str, name: str = "all") -> Floats:
        return columns[:, index[query, name]]

    households, centred = column("households"), column("persons")
    result: dict[Quantity, Floats] = {}
    by_class: tuple[Floats, Floats] | None = None
    if ("households_by_class", MIGRANT_CLASSES[0]) in index:
        by_class_columns = [
            np.column_stack([column(f"{q}_by_class", c) for c in MIGRANT_CLASSES]) for q in ("households", "persons")
        ]
        share = {q: 1 / float(w) for q, w in weights.items()}
        households, homes = reconcile(households, by_class_columns[0], share["households"], share["households_by_class"])
        centred, people = reconcile(centred, by_class_columns[1], share["persons"], share["persons_by_class"])
        by_class = homes, people
    result[Quantity("households")] = households
    result[Quantity("persons")] = _persons(centred, households)
    if by_class is not None:
        by_unit: dict[Unit, Floats] = {"households": by_class[0], "persons": _persons(*reversed(by_class))}
        for unit, counts in by_unit.items():
            result[Quantity(unit, "resident")] = counts[:, 0]
            result[Quantity(unit, "migrant")] = counts[:, 1:].sum(axis=1)
            result |= {Quantity(unit, c): counts[:, i] for i, c in enumerate(MIGRANT_CLASSES) if i}
    if ("households_by_arrival", ARRIVALS[0]) in index:
        arrivals = np.column_stack([column("households_by_arrival", a) for a in ARRIVALS])
        arrivals += ((result[Quantity("households", "migrant")] - arrivals.sum(axis=1)) / len(ARRIVALS))[:, None]
        result |= {Quantity("households", a): arrivals[:, i] for i, a in enumerate(ARRIVALS)}
    for query in queries:
        if query.name.startswith("group."):
            result[Quantity("persons", query.columns[0])] = column(query.name, query.columns[0]) + GROUP_CAP / 2 * households
    return result


def _persons(centred: Floats, households: Floats) -> Floats:
    """Return persons from ``2 x persons - 9`` and households."""
    return np.asarray((centred + (PERSONS_CAP + 1) * households) / 2, float)
