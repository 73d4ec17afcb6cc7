"""Rows of flows from the estimated tables of migrants by area and origin."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from geoservice.demand import Flows
from geoservice.disclosure.origins.cost import Cost
from geoservice.disclosure.origins.estimate import blocks
from geoservice.disclosure.origins.origin_list import Origins
from geoservice.disclosure.origins.tables import Grid, Tables
from geoservice.disclosure.tree import PlaceTree
from geoservice.geo import Floats
from geoservice.schema import ARRIVALS


class _Rows(NamedTuple):
    """Rows of flows: names of areas and origins, arrivals, values ``(n,)`` and replays ``(n, replays)``."""

    area: list[str]
    origin: list[str]
    arrived: list[str]
    value: Floats
    noise: Floats


def flow_rows(tree: PlaceTree, grid: Grid, cost: Cost, value: Tables, noise: Tables) -> Flows:
    """Return the estimates and replays of all tables as rows."""
    value = Tables(*(v[..., 0] for v in value))
    rows = list(_rows(tree, grid, cost, value, noise))
    return Flows(
        area=[a for r in rows for a in r.area],
        origin=[o for r in rows for o in r.origin],
        persons=np.concatenate([r.value for r in rows]),
        noise=np.concatenate([r.noise for r in rows]).astype(np.float32),
        arrived=[a for r in rows for a in r.arrived],
    )


def _rows(tree: PlaceTree, grid: Grid, cost: Cost, value: Tables, noise: Tables) -> Iterator[_Rows]:
    """Yield the rows of each block: by wide origin, by arrival, by fine origin and by the counties of fine origins."""
    for top, wide, seconds, fines in blocks(grid, cost.cut):
        areas = [tree.names[grid.top[top]], *(tree.names[grid.second[s]] for s in seconds)]
        name = grid.origins.wide[wide]
        wide_value = np.append(value.top[top, wide], value.second[seconds, wide])
        wide_noise = np.concatenate([noise.top[top, wide][None], noise.second[seconds, wide]])
        yield _Rows(areas, [name] * len(areas), [""] * len(areas), wide_value, wide_noise)
        if value.arrival.shape[2]:
            yield _Rows(
                [areas[0]] * len(ARRIVALS),
                [name] * len(ARRIVALS),
                list(ARRIVALS),
                value.arrival[top, wide],
                noise.arrival[top, wide],
            )
        if len(fines):
            cells = np.ix_(seconds, fines)
            fine_tables = (np.concatenate([t.fine[top, fines][None], t.second_fine[cells]]) for t in (value, noise))
            yield from _fine_rows(grid.origins, areas, fines.tolist(), *fine_tables)


def _fine_rows(origins: Origins, areas: list[str], fines: list[int], value: Floats, noise: Floats) -> Iterator[_Rows]:
    """Yield the rows of fine origins, and of the counties whose townships are among them; ``value`` is areas by origins."""
    members = [([k], origins.fine[f]) for k, f in enumerate(fines)]
    county = [origins.county[f] if origins.county else "" for f in fines]
    members += [([k for k, c in enumerate(county) if c == code], code) for code in dict.fromkeys(filter(None, county))]
    for positions, origin in members:
        sums = value[:, positions].sum(axis=1), noise[:, positions].sum(axis=1)
        yield _Rows(areas, [origin] * len(areas), [""] * len(areas), *sums)
