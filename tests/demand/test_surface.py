"""Serialisation of a surface, and combination of two surfaces."""

from dataclasses import replace

import numpy as np
import pytest

from geoservice.demand import DemandSurface, Quantity, combine, read_surface, write_surface
from geoservice.errors import InputError

PERSONS, HOUSEHOLDS = Quantity("persons"), Quantity("households")


def surface(leaves: int = 3, replays: int = 4, seed: int = 1) -> DemandSurface:
    draw = np.random.default_rng(seed)
    values = {HOUSEHOLDS: draw.normal(10, 5, leaves), PERSONS: draw.normal(30, 9, leaves)}
    return DemandSurface(
        ids=[f"叶{i}" for i in range(leaves)],
        geometry=np.array([b"shape"] * leaves, object),
        values=values,
        positive={q: np.maximum(v, 0) for q, v in values.items()},
        noise=draw.normal(size=(leaves, replays)).astype(np.float32),
        scales={HOUSEHOLDS: np.array([1.0, 0.0]), PERSONS: np.array([4.5, 3.5])},
        deviations={},
        point_leaf=np.repeat(np.arange(leaves, dtype=np.int32), 2),
        point_weight=np.full(2 * leaves, 0.5),
        point_lon=draw.uniform(0, 1, 2 * leaves),
        point_lat=draw.uniform(0, 1, 2 * leaves),
        description={"kind": "register", "rho": "1/2"},
    )


def equal(a: DemandSurface, b: DemandSurface) -> bool:
    arrays = ("noise", "point_leaf", "point_weight", "point_lon", "point_lat", "geometry")
    maps = ("values", "positive", "scales", "deviations")
    return (
        list(a.ids) == list(b.ids)
        and a.description == b.description
        and all(np.array_equal(getattr(a, n), getattr(b, n)) for n in arrays)
        and all(getattr(a, n).keys() == getattr(b, n).keys() for n in maps)
        and all(np.array_equal(getattr(a, n)[q], getattr(b, n)[q]) for n in maps for q in getattr(a, n))
    )


@pytest.mark.parametrize("made", [surface(), surface(leaves=0), replace(surface(replays=0), scales={})])
def test_bytes_give_the_same_surface(made: DemandSurface) -> None:
    assert equal(read_surface(write_surface(made)), made)


def test_the_same_surface_gives_the_same_bytes() -> None:
    assert write_surface(surface()) == write_surface(surface())


@pytest.mark.parametrize("body", [b"", b"nothing", write_surface(surface())[:-200]])
def test_damaged_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(InputError, match="damaged"):
        read_surface(body)


def test_two_surfaces_make_one_with_a_group_each() -> None:
    public = replace(surface(leaves=2, replays=0, seed=2), scales={})
    both = combine(public, surface(), {"first": "resident", "second": "migrant"})
    assert both.leaves == 5
    assert both.values[PERSONS].sum() == pytest.approx(public.values[PERSONS].sum() + surface().values[PERSONS].sum())
    assert both.values[Quantity("persons", "resident")][2:].tolist() == [0, 0, 0]
    assert both.noise.shape == (5, 4)


def test_two_surfaces_with_noise_are_refused() -> None:
    with pytest.raises(InputError, match="both measured"):
        combine(surface(), surface(), {"first": "resident", "second": "migrant"})
