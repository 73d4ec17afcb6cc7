"""Attack whole releases: the same county published before and after one household changed, everything else known.

Every attack has a control that succeeds on an unprotected release.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from geoservice.analysis import ANALYSES, coverage
from geoservice.analysis.base import Block, Context, Demand
from geoservice.analysis.gaps import contiguous
from geoservice.db.arrow import digest
from geoservice.demo import import_plan, write_yixiu
from geoservice.disclosure import rules
from geoservice.disclosure.atoms import region_of_atoms
from geoservice.disclosure.audit import audit_blocks
from geoservice.errors import DisclosureError
from geoservice.ingest import Options, import_file
from geoservice.layer import read_layers
from geoservice.network.basemap import base_map
from geoservice.network.build import build_network
from geoservice.pipeline import publish, publish_study
from geoservice.pipeline.context import build_context
from geoservice.pipeline.demands import Sample, atoms_of_groups
from geoservice.pipeline.people import read_people
from geoservice.pipeline.places import make_cells, read_places
from geoservice.release import ItemQuery, open_store
from geoservice.release.base import Manifest
from geoservice.study import Study, read_study
from geoservice.workspace import Workspace, open_workspace

SMALL = {"modes": ("drive",), "minutes": (5, 15, 30), "tiers": ("county", "van"), "nth": (1, 2)}
LAYERS = {"table", "gaps", "catchments"}
PLANNER = rules.PROFILES["planner"]


def quiet(_stage: str, _fraction: float) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True)
class Altered:
    """The workspace with another register in it."""

    workspace: Workspace
    households: pa.Table

    @property
    def folder(self) -> Path:
        return self.workspace.folder

    def read(self, table: Any) -> pa.Table:
        return self.households if table == "households" else self.workspace.read(table)

    def digest(self, table: Any) -> str:
        return digest(self.read(table))


@dataclass(frozen=True)
class Release:
    """All that anyone can see."""

    table: pd.DataFrame
    layers: dict[str, pa.Table]
    manifest: Manifest


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    write_yixiu(folder, 1500, 1)
    build_network(folder / "streets.osm.pbf", folder / "kept" / "network", ("drive",), None, quiet)
    base_map(folder / "streets.osm.pbf", folder / "kept" / "network" / "base.pmtiles", quiet)
    return folder


@pytest.fixture(scope="module")
def study(county: Path) -> Study:
    whole = read_study(county / "study.toml")
    services = [{**s.model_dump(), "standard_minutes": 5} for s in whole.services[:2]]
    return Study.model_validate({**whole.model_dump(), **SMALL, "services": services})


@pytest.fixture(scope="module")
def load(county: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Workspace]]:
    """Return ``load(secret, tables)``: the county in a new workspace."""
    opened: list[Workspace] = []

    def go(secret: bytes, *tables: str) -> Workspace:
        home = tmp_path_factory.mktemp("home")
        shutil.copytree(county / "kept", home / "workspace")
        (home / "workspace" / "secret").write_bytes(secret)
        opened.append(open_workspace(home / "workspace", None, "attack"))
        for step in import_plan(county):
            if step.table in tables:
                whole = read_study(county / "study.toml")
                import_file(opened[-1], step.table, step.path, Options(**step.options), whole, quiet)  # type: ignore[arg-type]
        return opened[-1]

    yield go
    for workspace in opened:
        workspace.close()


@pytest.fixture(scope="module")
def workspace(load: Callable[..., Workspace]) -> Workspace:
    return load(bytes(range(32)), "areas", "stations", "households")


@pytest.fixture(scope="module")
def register(workspace: Workspace) -> pa.Table:
    return workspace.read("households")


@pytest.fixture(scope="module")
def released(workspace: Workspace, study: Study, tmp_path_factory: pytest.TempPathFactory) -> Callable[[pa.Table], Release]:
    layers = [x for x in read_layers(Path(__file__).parents[2] / "layers") if x.id in LAYERS]

    def go(households: pa.Table) -> Release:
        store = open_store(tmp_path_factory.mktemp("releases"), None, "attack", read_only=False)
        altered: Any = Altered(workspace, households)
        reader = store.open(publish_study(altered, store, study, layers, quiet).number)
        shown = {x: reader.items(x, ItemQuery(limit=1_000_000)) for x in LAYERS}
        result = Release(shown["table"].to_pandas(), shown, reader.manifest)
        reader.close()
        store.close()
        return result

    return go


@pytest.fixture(scope="module")
def before(released: Callable[[pa.Table], Release], register: pa.Table) -> Release:
    return released(register)


@pytest.fixture(scope="module")
def seen(workspace: Workspace, study: Study) -> Callable[[pa.Table], Context]:
    """Return ``seen(households)``: what the analyses see of a register."""

    def go(households: pa.Table) -> Context:
        altered: Any = Altered(workspace, households)
        return build_context(altered, study, quiet)[0]

    return go


def changed(register: pa.Table, rows: np.ndarray, **columns: Any) -> pa.Table:
    """Return the register with other values in some rows: a constant, or a function of the old ones."""
    for name, new in columns.items():
        values = register.column(name).to_pandas().to_numpy(copy=True)
        values[rows] = new(values[rows]) if callable(new) else new
        field = register.schema.field(name)
        register = register.set_column(register.column_names.index(name), field, pa.array(values, field.type))
    return register


ONE = np.array([700])


def without_one(register: pa.Table) -> pa.Table:
    return register.take(np.delete(np.arange(register.num_rows), ONE))


def moved_far_and_one_more_migrant(register: pa.Table) -> pa.Table:
    home, here = (register.column(c).to_pandas().str[:9] for c in ("registered_area", "residence_area"))
    register = changed(register, np.flatnonzero(home == here)[:1], registered_area="110101001001")
    to = {c: register.column(c)[20].as_py() for c in ("lon", "lat", "residence_area")}
    return changed(register, ONE, **to)


PUBLIC_BUT_FOR = {"hash", "created", "inputs", "table_digest", "layers", "disclosure"}


@pytest.mark.parametrize("alter", [without_one, moved_far_and_one_more_migrant])
def test_one_household_changes_numbers_and_nothing_else(
    alter: Callable[[pa.Table], pa.Table], before: Release, released: Callable[[pa.Table], Release], register: pa.Table
) -> None:
    after = released(alter(register))
    assert not before.table["value"].equals(after.table["value"])  # the control: the change is in there
    old, new = before.manifest.model_dump(), after.manifest.model_dump()
    assert {k for k in old if old[k] != new[k]} <= PUBLIC_BUT_FOR
    assert {k for k in old["inputs"] if old["inputs"][k] != new["inputs"][k]} == {"households"}
    assert {k for k in old["disclosure"] if old["disclosure"][k] != new["disclosure"][k]} <= {"released", "suppressed"}
    assert [x["columns"] for x in old["layers"]] == [x["columns"] for x in new["layers"]]
    for name in ("fid", "unit", "geometry"):
        assert before.layers["catchments"].column(name).equals(after.layers["catchments"].column(name))
    keys = [c for c in before.table.columns if c not in {"value", "margin", "status", "fid", "geometry"}]
    gapless = [r.table.loc[r.table["geography"] != "gap", keys].reset_index(drop=True) for r in (before, after)]
    pd.testing.assert_frame_equal(*gapless)


def test_the_report_counts_nothing_that_the_table_does_not(before: Release) -> None:
    report, table = before.manifest.disclosure, before.table
    ok = int((table["status"] == "ok").sum())
    counts = {"released": ok, "suppressed": len(table) - ok}
    assert {k: report[k] for k in ("rows", *counts)} == {"rows": len(table), **counts}
    assert report["averaging_index"] == round(report["averaging_index"], 1)
    assert set(report) == {
        *("profile", "rows", "released", "suppressed", "counts", "averaging_index", "rules", "regions", "blocks_withheld")
    }


def test_where_gaps_lie_follows_from_released_numbers(before: Release, study: Study) -> None:
    """Anyone can draw the gaps from the published table, so their shapes and names say no more than it does."""
    table = before.table
    gaps = before.layers["gaps"].to_pandas()
    assert len(gaps)
    cells = table[table["geography"] == "cell"]
    lived_in = cells[(cells["measure"] == "persons") & (cells["group"] == "all") & cells["value"].notna()]["unit"]
    nearest = cells[(cells["measure"] == "minutes") & (cells["tier"] == "any") & (cells["nth"] == 1)]
    for service in study.services:
        mine = nearest[nearest["service"] == service.id]
        column, row = np.array([u[1:].split("_") for u in mine["unit"]], int).T
        beyond = ~(mine["value"].to_numpy(float) <= service.standard_minutes)
        patch = contiguous(column, row, mine["unit"].isin(lived_in).to_numpy(bool) & beyond)
        drawn = sorted(np.bincount(patch[patch >= 0]).tolist())
        assert drawn == sorted(gaps[gaps["service"] == service.id]["cells"].tolist())


def _other(demand: Demand, rng: np.random.Generator) -> Demand:
    """The same group with other people."""
    order = rng.permutation(len(demand.households))
    parts = {n: getattr(demand, n)[order] for n in ("households", "persons", "key", "cell", "lon", "lat")}
    return Demand(demand.group, area={x: a[order] for x, a in demand.area.items()}, travel=demand.travel, **parts)


def test_units_and_derived_rows_do_not_depend_on_the_people(
    seen: Callable[[pa.Table], Context], register: pa.Table, before: Release, study: Study
) -> None:
    """Given what was released, other people would have led to the same units, public rows and derived rows."""
    here = seen(register)
    other = Context(**{**vars(here), "demands": {g: _other(d, np.random.default_rng(3)) for g, d in here.demands.items()}})
    table = before.table.drop(columns=["fid", "geometry"], errors="ignore")
    assert not np.array_equal(here.demands["all"].cell, other.demands["all"].cell)
    for analysis in ANALYSES:
        params = analysis.params(study.model_dump())
        mine, theirs = (analysis.analyse(c, params, table) for c in (here, other))
        assert [u.table for u in mine.units] == [u.table for u in theirs.units]
        pd.testing.assert_frame_equal(pd.DataFrame(mine.public), pd.DataFrame(theirs.public))
        pd.testing.assert_frame_equal(analysis.derive(here, params, table), analysis.derive(other, params, table))


class TestChildBorn:
    """The same households, one with a child more: is the difference of two releases exact?"""

    def exact(self, seen: Callable[[pa.Table], Context], register: pa.Table, study: Study) -> float:
        """Share of villages whose published persons grew by just the one child born there."""
        _, first = np.unique(register.column("residence_area").to_pandas().to_numpy(str), return_index=True)
        born = changed(register, first, persons=lambda p: p + 1)
        old, new = (publish.analyse(seen(r), study, quiet).table.to_pandas() for r in (register, born))
        both = (old["geography"] == "village") & (old["measure"] == "persons") & (old["group"] == "all")
        grown = (new["value"] - old["value"])[both].dropna()
        assert len(grown) > 10
        return float((grown == 1).mean())

    def test_ours(self, seen: Any, register: pa.Table, study: Study) -> None:
        assert self.exact(seen, register, study) < 0.5

    def test_control_noise_by_the_set_alone(
        self, seen: Any, register: pa.Table, study: Study, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "_persons_key", lambda key, _persons: key)
        assert self.exact(seen, register, study) > 0.9


class TestFewOthers:
    """A village of migrants but for two households: everybody less migrants would tell the two."""

    @pytest.fixture(scope="class")
    @classmethod
    def lopsided(cls, register: pa.Table) -> pa.Table:
        """In every second village all but two households are migrants, in the others nobody is."""
        codes = register.column("residence_area").to_pandas().to_numpy(str)
        rank = pd.Series(codes).groupby(codes).cumcount().to_numpy()
        village = np.unique(codes, return_inverse=True)[1]
        settled = changed(register, np.arange(len(codes)), registered_area=lambda _: codes)
        return changed(settled, np.flatnonzero((village % 2 == 0) & (rank >= 2)), registered_area="110101001001")

    def test_ours(self, seen: Callable[[pa.Table], Context], lopsided: pa.Table) -> None:
        demands = seen(lopsided).demands
        for level in demands["all"].area:
            every, migrant = (_households(demands[g], level) for g in ("all", "migrant"))
            shown = [u for u in migrant.index if u in every.index]
            others = every[shown] - migrant[shown]
            assert ((others == 0) | (others >= 10)).all()

    def test_control_members_alone_decide(
        self, seen: Callable[[pa.Table], Context], lopsided: pa.Table, workspace: Workspace, study: Study
    ) -> None:
        """A region made of whole sets of members only leaves two others, and the audit refuses it."""
        places = read_places(workspace.read("areas"), study.levels)
        cells = make_cells(places, study.cell_metres)
        people = read_people(lopsided, places, study)
        atom = atoms_of_groups(people, places, cells)["migrant"]
        sample = Sample.of(atom, "migrant", people, places, cells)
        r, village = sample.reduced, people.area["village"]
        weak = region_of_atoms(r.atom, village[r.rows], r.n, len(places.areas["village"].ids))[0]
        demands = seen(lopsided).demands
        names = places.areas["village"].ids
        blocks = [
            Block("village", names, region, group, "households", "persons")
            for group, region in (("all", demands["all"].area["village"]), ("migrant", weak))
        ]
        with pytest.raises(DisclosureError, match="fewer than 10 others"):
            audit_blocks(blocks, demands, 10)


def _households(demand: Demand, level: str) -> pd.Series:
    inside = demand.area[level] >= 0
    return pd.Series(demand.households[inside]).groupby(demand.area[level][inside]).sum()


class TestReconstruction:
    """Solve for every atom out of all released counts, by least squares, the place of every atom known."""

    @pytest.fixture(scope="class")
    @classmethod
    def sets(cls, seen: Callable[[pa.Table], Context], register: pa.Table, study: Study) -> tuple[np.ndarray, Demand]:
        context, found = seen(register), {}
        demand = context.demands["all"]

        def look(looked: Any, profile: Any) -> pd.DataFrame:
            blocks = list(looked)
            for block, of, withheld in blocks:
                if of.group == "all" and not withheld:
                    atom = np.arange(len(demand.key)) if block.atom is None else block.atom
                    for unit in range(len(block.units)):
                        inside = np.bincount(atom[block.region == unit], minlength=len(demand.key)) > 0
                        found[inside.tobytes()] = inside
            return real(blocks, profile)

        real = publish.release_blocks
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(publish, "release_blocks", look)
            publish.analyse(context, study, quiet)
        return np.array([s for s in found.values() if s.any()]), demand

    def solved(self, sets: tuple[np.ndarray, Demand], profile: rules.Profile | None) -> float:
        """Share of atoms whose households come out right, over several worlds of keys."""
        member, demand = sets[0].astype(float), sets[1]
        true = (member @ demand.households).astype(np.int64)
        prior, right = demand.households.mean(), []
        for world in range(10):
            keys = np.random.default_rng(world).integers(0, 2**64, len(true), dtype=np.uint64)
            shown = true.astype(float) if profile is None else rules._noisy(true, keys, "households", "all", profile)
            known = ~np.isnan(shown)
            weak = 1e-6 if profile is None else 0.1
            matrix = np.vstack([member[known], weak * np.eye(member.shape[1])])
            found = np.linalg.lstsq(matrix, np.r_[shown[known], np.full(member.shape[1], weak * prior)], rcond=None)[0]
            right.append(np.mean(np.rint(np.maximum(found, 10)) == demand.households))
        return float(np.mean(right))

    def test_control(self, sets: tuple[np.ndarray, Demand]) -> None:
        assert self.solved(sets, None) > 0.85

    def test_ours_is_hardly_better_than_the_commonest_number(self, sets: tuple[np.ndarray, Demand]) -> None:
        guess = np.bincount(sets[1].households).max() / len(sets[1].households)
        assert self.solved(sets, PLANNER) < guess + 0.1


def test_the_digest_confirms_no_guessed_register(before: Release, workspace: Workspace, load: Callable[..., Workspace]) -> None:
    """Whoever has every row of the register but not the secret gets another digest: ids are HMACs."""
    right, guessed = workspace.read("households"), load(bytes(32), "areas", "households").read("households")
    plain = sorted(set(right.column_names) - {"id", "record_key"})
    order = [(c, "ascending") for c in ("lon", "lat", "persons", "registered_area")]
    rows = [t.select(plain).sort_by(order).drop_columns(["vintage"] if "vintage" in plain else []) for t in (right, guessed)]
    assert rows[0].num_rows == rows[1].num_rows
    assert rows[0].select(["lon", "lat", "persons"]).equals(rows[1].select(["lon", "lat", "persons"]))  # the guess is right
    assert before.manifest.inputs["households"] == digest(right)  # the control: with the secret it is confirmed
    assert before.manifest.inputs["households"] != digest(guessed)


def test_residents_and_uncovered_are_subtractions_of_released_numbers(before: Release) -> None:
    """Nobody counts residents or uncovered persons of an area: anyone can subtract, and finds nothing more."""
    table = before.table
    keys = ["geography", "unit", "service", "tier", "mode", "nth", "minutes"]
    for measure in ("households", "persons", "covered_persons"):
        one = table[table["measure"] == measure].pivot_table(index=keys, columns="group", values="value", dropna=False)
        known = one.dropna(subset=["resident"])
        assert len(known)
        assert (known["resident"] == known["all"] - known["migrant"]).all()
    assert coverage.residents.__doc__ is not None
