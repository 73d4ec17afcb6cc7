"""From measured columns to households and persons of everybody and of each group: linear, and public."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from geoservice.demand import Quantity
from geoservice.disclosure.estimate import reconcile
from geoservice.disclosure.measure import GROUP_CAP, PERSONS_CAP, Query
from geoservice.geo import Floats
from geoservice.schema import MIGRANT_CLASSES


def query_weights(queries: Sequence[Query]) -> dict[str, Fraction]:
    """Share of every node's budget that each query has; together 1."""
    total = sum(q.weight for q in queries)
    return {q.name: Fraction(q.weight, total) for q in queries}


def quantity_scales(queries: Sequence[Query]) -> dict[Quantity, Floats]:
    """How far the unit noise of each measured column enters each quantity; shapes ``(columns,)``."""
    weights = query_weights(queries)
    scale = np.array([q.sensitivity / float(weights[q.name]) ** 0.5 for q in queries for _ in q.columns])
    return {q: np.round(mixed * scale, 12) for q, mixed in quantities(np.eye(len(scale)), queries, weights).items()}


def column_names(queries: Sequence[Query]) -> list[tuple[str, str]]:
    """Name each measured column by query and column."""
    return [(q.name, c) for q in queries for c in q.columns]


def quantities(columns: Floats, queries: Sequence[Query], weights: Mapping[str, Fraction]) -> dict[Quantity, Floats]:
    """Turn measured columns into households and persons of everybody and of each group; linear, without a constant.

    Parameters
    ----------
    columns : float64 array, shape (n, columns)
        In the order of :func:`column_names`.
    queries, weights
        What was measured, and with which shares of the budget.

    Returns
    -------
    mapping of Quantity to float64 array, shape (n,)
        Residents and migrants add up to all, and so do the migrant classes to migrants.
    """
    at = {name: i for i, name in enumerate(column_names(queries))}

    def column(query: str, name: str = "all") -> Floats:
        return columns[:, at[query, name]]

    households, centred = column("households"), column("persons")
    out: dict[Quantity, Floats] = {}
    by_class: tuple[Floats, Floats] | None = None
    if ("households_by_class", MIGRANT_CLASSES[0]) in at:
        split = [np.column_stack([column(f"{q}_by_class", c) for c in MIGRANT_CLASSES]) for q in ("households", "persons")]
        share = {q: 1 / float(w) for q, w in weights.items()}
        households, homes = reconcile(households, split[0], share["households"], share["households_by_class"])
        centred, people = reconcile(centred, split[1], share["persons"], share["persons_by_class"])
        by_class = homes, people
    out[Quantity("households")] = households
    out[Quantity("persons")] = _persons(centred, households)
    if by_class is not None:
        homes, people = by_class[0], _persons(*reversed(by_class))
        for unit, split_up in (("households", homes), ("persons", people)):
            named = "households" if unit == "households" else "persons"
            out[Quantity(named, "resident")] = split_up[:, 0]  # type: ignore[arg-type]  # one of the two words
            out[Quantity(named, "migrant")] = split_up[:, 1:].sum(axis=1)  # type: ignore[arg-type]
            out |= {Quantity(named, c): split_up[:, i] for i, c in enumerate(MIGRANT_CLASSES) if i}  # type: ignore[arg-type]
    for query in queries:
        if query.name.startswith("group."):
            out[Quantity("persons", query.columns[0])] = column(query.name, query.columns[0]) + GROUP_CAP / 2 * households
    return out


def _persons(centred: Floats, households: Floats) -> Floats:
    """Persons out of ``2 x persons - 9`` and households."""
    return np.asarray((centred + (PERSONS_CAP + 1) * households) / 2, float)
