"""A release of the surfaces of several registers has the numbers of each."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geoservice.demand import DemandSurface, Flows, digest, read_surface, write_surface
from geoservice.layer import Layer
from geoservice.pipeline import publish_study
from geoservice.progress import quiet
from geoservice.project import Project, SurfaceInfo, SurfaceSignature, open_project
from geoservice.release import ReleaseStore, open_store
from geoservice.study import Study

from .conftest import fill, table_of

Numbers = dict[tuple[Any, ...], tuple[Any, Any, Any]]


@pytest.fixture(scope="module")
def town_surface(protected: Project) -> DemandSurface:
    return read_surface(protected.surface(protected.surfaces()[-1].digest))


@pytest.fixture
def region(town: Path, study: Study, tmp_path: Path) -> Iterator[Project]:
    """Return the town's streets, areas and stations, without people."""
    with closing(open_project(tmp_path / "project", None, "geoservice")) as project:
        fill(project, town, study)
        yield project


def sign_for(project: Project, surface: DemandSurface) -> None:
    body, areas = write_surface(surface), surface.description["areas"]
    signature = SurfaceSignature(f"key of {areas[0]}", "{}", "")
    project.add_surface(body, SurfaceInfo(digest(body), areas[0], "register", "2026", surface.description, signature))


def numbers(store: ReleaseStore) -> Numbers:
    """Return value, margin and status of each row of the release table."""
    rows = table_of(store)
    names = ["geography", "unit", "measure", "service", "tier", "nth", "mode", "group", "minutes"]
    return {tuple(r[n] for n in names): (r["value"], r["margin"], r["status"]) for r in rows}


def publish(project: Project, study: Study, layers: tuple[Layer, ...], folder: Path) -> tuple[Numbers, dict[str, Any]]:
    with closing(open_store(folder / "releases", None, "geoservice", read_only=False)) as store:
        publish_study(project, store, study, layers, quiet)
        with closing(store.open()) as reader:
            return numbers(store), dict(reader.manifest.disclosure)


def part(surface: DemandSurface, code: str) -> DemandSurface:
    """Return a surface of the leaves and flows of one township, as if it had a register of its own."""
    keep = np.array([i.startswith(code) for i in surface.ids])
    points = keep[surface.point_leaf]
    assert surface.flows is not None
    rows = np.flatnonzero([a == code for a in surface.flows.area])
    flows = Flows(
        [code] * len(rows), [surface.flows.origin[r] for r in rows], surface.flows.persons[rows], surface.flows.noise[rows]
    )
    return replace(
        surface,
        ids=[i for i, k in zip(surface.ids, keep, strict=True) if k],
        geometry=surface.geometry[keep],
        noise=surface.noise[keep],
        point_leaf=(np.cumsum(keep) - 1)[surface.point_leaf[points]].astype(np.int32),
        description={**surface.description, "areas": [code]},
        flows=flows,
        locations=None,
        **{n: {q: v[keep] for q, v in getattr(surface, n).items()} for n in ("values", "positive")},
        **{n: getattr(surface, n)[points] for n in ("point_weight", "point_lon", "point_lat")},
    )


MEASURES = {"persons", "households", "covered_persons", "covered_households", "covered_share", "uncovered_persons"}
"""Sums of people and their shares, whose values and margins are the same however other numbers turn out."""


def test_a_region_of_two_registers_has_the_numbers_of_each(
    town_surface: DemandSurface,
    published: ReleaseStore,
    region: Project,
    study: Study,
    layers: tuple[Layer, ...],
    tmp_path: Path,
) -> None:
    for code in ("E", "W"):
        sign_for(region, part(town_surface, code))
    together, disclosure = publish(region, study, layers, tmp_path)
    assert [p["areas"] for p in disclosure["parts"]] == [["E"], ["W"]]
    alone = numbers(published)
    shared = [k for k in together if k in alone and k[2] in MEASURES]
    inside = [k for k in shared if k[0] in {"leaf", "township"}]
    assert (len(shared), len(inside)) > (1000, 300)
    for keys, at, relative in ((shared, 0, 1e-9), (inside, 1, 1e-5)):  # values of all, margins within each
        ours, theirs = (np.array([rows[k][at] for k in keys], float) for rows in (together, alone))
        assert ours == pytest.approx(theirs, rel=relative, abs=1e-9, nan_ok=True)
    for unit in ("persons", "households"):
        county, east, west = (next(v[1] for k, v in together.items() if k[1:3] == (u, unit)) for u in ("T", "E", "W"))
        assert county == pytest.approx(np.hypot(east, west), rel=0.15)
