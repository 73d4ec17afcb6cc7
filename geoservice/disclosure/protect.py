"""The demand surface of a register: one differentially private measurement, and the estimates from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.areas import migrant_class
from geoservice.demand import REPLAYS, DemandSurface, Flows, HomeSupports, Places
from geoservice.disclosure.budget import check_paths, divide_rho, guess_probability, node_parts, node_variance
from geoservice.disclosure.estimate import non_negative, tree_estimate
from geoservice.disclosure.leaves import leaf_points, leaf_shapes
from geoservice.disclosure.location_classes import FINEST, location_classes, measure_locations
from geoservice.disclosure.measure import (
    GROUP_CAP,
    PERSONS_CAP,
    Cut,
    Households,
    Query,
    decide,
    exact_counts,
    measure,
    queries_for,
    threshold,
)
from geoservice.disclosure.origins import MIGRANTS_CAP, Migrants, list_origins, measure_origins, origins_of
from geoservice.disclosure.placement import squares_of
from geoservice.disclosure.quantities import quantities, quantity_scales, query_weights
from geoservice.disclosure.sampler import Sampler
from geoservice.disclosure.squares import SQUARE_METRES
from geoservice.disclosure.territory import territory
from geoservice.disclosure.tree import SQUARE, PlaceTree, build_tree
from geoservice.geo import Bools, Float32s, Floats, Int32s
from geoservice.progress import Progress
from geoservice.schema import GROUP_PREFIX

REPLAY_SEED = 20260101
"""Seed of the noise replays, which are public; the same surface has the same margins."""


@dataclass(frozen=True)
class ProtectedSurface:
    """A surface and the tree it was measured on; the tree and the cut are public too, for reports and tests."""

    surface: DemandSurface
    tree: PlaceTree
    cut: Cut


def protect(
    households: pa.Table,
    areas: pa.Table,
    places: Places | None,
    rho: Fraction,
    sampler: Sampler,
    *,
    migrants: bool = True,
    chinese: bool = True,
    arrivals_day: date | None = None,
    supports: HomeSupports | None = None,
    description: Mapping[str, Any] | None = None,
    progress: Progress = lambda _stage, _fraction: None,
) -> ProtectedSurface:
    """Measure a register once and estimate its demand surface.

    Parameters
    ----------
    households, areas : pyarrow.Table
        As :mod:`geoservice.schema` describes them; every group column of the households is measured.
    places : Places or None
        Points of the public map where people may live.
    rho : Fraction
        Privacy loss of the measurement, in zero-concentrated differential privacy; neighbours differ by one household.
    sampler : Sampler
        Source of noise: OpenDP for every real register.
    migrants, chinese : bool
        Whether migrant classes are measured, and whether area codes are Chinese division codes.
    arrivals_day : date, optional
        Measure migrants by time since arrival too, as of this day.
    supports : HomeSupports, optional
        Where homes may be of which a public gazetteer knows a road, a hamlet or a village only.
    description : mapping, optional
        Further entries of the surface's description.
    progress : callable
        Called with a stage and a fraction.

    Raises
    ------
    InputError
        If there are no areas, or households in areas that do not exist.
    """
    progress("places", 0.0)
    tree = build_tree(areas, places)
    groups = sorted(n.removeprefix(GROUP_PREFIX) for n in households.column_names if n.startswith(GROUP_PREFIX))
    queries = queries_for(groups, migrants=migrants, arrivals=arrivals_day is not None)
    progress("measuring", 0.0)
    square = squares_of(households, tree, places, supports)
    people = read_households(households, square, groups, areas, migrants=migrants, chinese=chinese)
    if arrivals_day is not None:
        people = people._replace(arrival=arrival_bands(households, people.migrant_class, arrivals_day))
    parts = divide_rho(rho, migrants=migrants)
    protected = measure_tree(tree, people, queries, places, parts.places, sampler, progress)
    flows = _flows(households, areas, tree, people, parts.origins, sampler, chinese=chinese) if migrants else None
    locations = measure_locations(tree, people, parts.locations, sampler)
    facts = {
        "kind": "register",
        "areas": territory(tree),
        "rho": str(rho),
        "guess": round(guess_probability(rho), 4),
        "caps": {"persons": PERSONS_CAP, "group": GROUP_CAP, "migrants": MIGRANTS_CAP},
        "levels": [*sorted({level for level in tree.level if level != SQUARE}), f"squares of {SQUARE_METRES:.0f} m and wider"],
        "groups": list(protected.surface.groups()),
        "locations": {"level": FINEST, "rho": str(parts.locations)},
        **({"arrivals_day": str(arrivals_day)} if arrivals_day is not None else {}),
        **(description or {}),
    }
    progress("estimating", 1.0)
    return replace(protected, surface=replace(protected.surface, description=facts, flows=flows, locations=locations))


def measure_tree(
    tree: PlaceTree,
    people: Households,
    queries: Sequence[Query],
    places: Places | None,
    rho: Fraction,
    sampler: Sampler,
    progress: Progress = lambda _stage, _fraction: None,
) -> ProtectedSurface:
    """Measure households on an existing tree and estimate the surface; see :func:`protect`.

    All of ``rho`` is spent on places; the surface has neither flows nor a description yet.
    """
    parts = node_parts(tree)
    weights = query_weights(queries)
    counts = exact_counts(queries[0], people, tree)
    cut = decide(tree, parts, rho, threshold(tree, parts, rho, weights["households"]), counts[:, 0], sampler)
    check_paths(tree, parts, cut.inner, cut.leaf)
    noisy = []
    for number, query in enumerate(queries):
        progress("measuring", number / len(queries))
        exact = counts if query is queries[0] else exact_counts(query, people, tree)
        noisy.append(measure(parts, rho, cut, query, weights[query.name], exact, sampler).astype(float))
    progress("estimating", 0.0)
    variance = node_variance(parts, rho, cut.inner, cut.leaf)
    surface = estimate_surface(tree, cut, queries, weights, np.hstack(noisy), variance, places)
    return ProtectedSurface(surface, tree, cut)


def _flows(
    households: pa.Table,
    areas: pa.Table,
    tree: PlaceTree,
    people: Households,
    rho: Fraction,
    sampler: Sampler,
    *,
    chinese: bool,
) -> Flows:
    """Return the measured origins of migrants."""
    origins = list_origins(areas, chinese=chinese)
    migrants = np.flatnonzero(people.migrant_class > 0)
    homes = households.column("registered_area").combine_chunks().take(pa.array(migrants, pa.int64()))
    wide, fine = origins_of(homes, origins, areas, chinese=chinese)
    arrival = None if people.arrival is None else people.arrival[migrants]
    counted = Migrants(people.square[migrants], wide, fine, people.persons[migrants], arrival)
    return measure_origins(tree, origins, counted, rho, sampler)


def arrival_bands(households: pa.Table, migrant_class: Int32s, day: date) -> Int32s:
    """Return the position in ``ARRIVALS`` of each migrant household by its date ``since``, -1 for residents; shape ``(n,)``.

    Years are counted to ``day``: an arrival on the same day five years before is 5 years ago and belongs to 1 to 5.
    """
    since = households.column("since")
    days = since.fill_null(pa.scalar(day)).to_numpy()
    one, five = (np.datetime64(_years_before(day, years)) for years in (1, 5))
    band = np.where(days > one, 0, np.where(days >= five, 1, 2))
    band = np.where(since.is_null().to_numpy(), 3, band)
    return np.where(migrant_class > 0, band, -1).astype(np.int32)


def _years_before(day: date, years: int) -> date:
    """Return the same day some years before; 28 February for 29 February in other years."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def read_households(
    table: pa.Table, square: Int32s, groups: Sequence[str], areas: pa.Table, *, migrants: bool, chinese: bool
) -> Households:
    """Return the measured columns of a register: ``square``, migrant class, persons, groups and location of each household."""
    migrant_classes = np.zeros(table.num_rows, np.int32)
    if migrants:
        rows = areas.select(["code", "level", "parent"]).to_pylist()
        migrant_classes = migrant_class(
            table.column("registered_area").combine_chunks(),
            table.column("residence_area").combine_chunks(),
            chinese=chinese,
            levels={r["code"]: r["level"] for r in rows},
            parents={r["code"]: r["parent"] for r in rows},
        )
    persons = table.column("persons").to_numpy().astype(np.int64)
    members = {g: table.column(GROUP_PREFIX + g).to_numpy().astype(np.int64) for g in groups}
    return Households(square, migrant_classes, persons, members, location=location_classes(table))


def estimate_surface(
    tree: PlaceTree,
    cut: Cut,
    queries: Sequence[Query],
    weights: Mapping[str, Fraction],
    noisy: Floats,
    variance: Floats,
    places: Places | None,
) -> DemandSurface:
    """Return the surface of a measured tree, by arithmetic on public numbers.

    ``noisy`` has shape ``(nodes, columns)``; ``variance``, shape ``(nodes,)``, is that of a measurement with sensitivity 1 and
    a node's full part.
    """
    inside = cut.inner | cut.leaf
    leaves = np.flatnonzero(cut.leaf)
    estimated = tree_estimate(tree.parent, tree.depth, inside, noisy, variance)
    nodes = quantities(estimated, queries, weights)
    positive = {q: non_negative(tree.parent, tree.depth, inside, v)[leaves] for q, v in nodes.items()}
    return DemandSurface(
        ids=[tree.names[i] for i in leaves],
        geometry=leaf_shapes(tree, leaves),
        values={q: v[leaves] for q, v in nodes.items()},
        positive=positive,
        noise=replay(tree, inside, variance)[leaves],
        scales=quantity_scales(queries),
        deviations={},
        **leaf_points(tree, leaves, places),
        description={},
    )


def replay(tree: PlaceTree, inside: Bools, variance: Floats, replays: int = REPLAYS) -> Float32s:
    """Return estimates of ``replays`` draws of pure noise with each node's variance; float32, shape ``(nodes, replays)``."""
    rng = np.random.default_rng(REPLAY_SEED)
    noise = rng.standard_normal((tree.nodes, replays), np.float32)
    noise *= np.sqrt(np.where(np.isfinite(variance), variance, 0)).astype(np.float32)[:, None]
    return tree_estimate(tree.parent, tree.depth, inside, noise, variance)
