"""The surfaces of registers that count in a study."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from county_surface import PERSONS, county_surface

from geoservice.analysis.base import Units
from geoservice.demand import DemandSurface, digest, independent_replays, write_surface
from geoservice.errors import InputError
from geoservice.geo import LocalProjection
from geoservice.pipeline.public_places import PublicPlaces
from geoservice.pipeline.register_surfaces import current_surfaces, register_surface
from geoservice.pipeline.release_texts import disclosure_statement, made_up_registers
from geoservice.project import Project, SurfaceInfo, SurfaceSignature, open_project

PARENTS = {"3408": None, "11": "3408", "12": "3408", "13": "3408", "130": "13", "340822000000": None}
LEVELS = {"3408": "city", "130": "township"} | dict.fromkeys(("11", "12", "13", "340822000000"), "county")


def places() -> PublicPlaces:
    areas: dict[str, Units] = {}
    return PublicPlaces(areas, LEVELS, PARENTS, LocalProjection(100, 0), None, {})


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with closing(open_project(tmp_path / "project", None, "geoservice")) as opened:
        yield opened


def add(project: Project, surface: DemandSurface, office: str = "", **description: Any) -> str:
    """Store a surface, by default one of the own register, and return its digest."""
    body = write_surface(surface)
    signature = SurfaceSignature(office, "{}", "") if office else None
    facts = {**surface.description, **description}
    project.add_surface(body, SurfaceInfo(digest(body), office or "register", "register", "2026-01-01", facts, signature))
    return digest(body)


def current(project: Project) -> list[str]:
    return [s.digest for s in current_surfaces(project, places())]


@pytest.mark.parametrize("office", ["", "A"])
def test_one_surface_is_taken_as_it_is(project: Project, office: str) -> None:
    """So a region of one county has the numbers of the county's own release."""
    made = county_surface("11")
    name = add(project, made, office)
    surface, its_digest = register_surface(project, places(), chinese=True)
    assert its_digest == name == digest(write_surface(surface))


def test_the_newest_surface_of_each_territory_counts(project: Project) -> None:
    add(project, county_surface("12", vintage=1), "B")
    first = add(project, county_surface("11"), "A")
    second = add(project, county_surface("12", vintage=2), "B")
    assert current(project) == [first, second]
    surface, name = register_surface(project, places(), chinese=True)
    assert surface.description["areas"] == ["11", "12"]
    assert [p["digest"] for p in surface.description["parts"]] == [first, second]
    assert surface.values[PERSONS][4:].tolist() == county_surface("12").values[PERSONS].tolist()
    assert np.array_equal(surface.noise[:4], independent_replays(county_surface("11")).noise)
    assert name not in {first, second}
    add(project, county_surface("13"), "C")
    assert register_surface(project, places(), chinese=True)[1] != name


def test_another_office_with_the_same_areas_replaces_a_surface(project: Project) -> None:
    add(project, county_surface("11"), "A")
    newer = add(project, county_surface("11", vintage=2), "a new key")
    assert current(project) == [newer]


def test_surfaces_of_two_offices_that_overlap_in_part_are_refused(project: Project) -> None:
    add(project, county_surface("11"), "county A")
    add(project, replace(county_surface("3408"), ids=["x1", "x2", "x3", "x4"]), "city")
    with pytest.raises(InputError, match=r"city .* of 3408 and county A .* of 11 overlap"):
        current(project)


def test_an_offices_newer_surface_replaces_its_own_of_other_areas(project: Project) -> None:
    add(project, county_surface("11"), "A")
    newest = add(project, county_surface("3408"), "A")
    assert current(project) == [newest]


def test_own_surfaces_of_areas_that_are_no_longer_loaded_do_not_count(project: Project) -> None:
    add(project, county_surface("99"))
    other, own = add(project, county_surface("12"), "B"), add(project, county_surface("11"))
    assert current(project) == [own, other]


def test_a_surface_from_elsewhere_whose_areas_are_not_loaded_is_refused(project: Project) -> None:
    add(project, county_surface("11"))
    add(project, county_surface("99"), "B")
    with pytest.raises(InputError, match=r"B .* of 99: the area 99 is not loaded"):
        current(project)


def test_an_own_surface_of_an_earlier_version_has_the_counties_of_its_leaves(project: Project) -> None:
    older, own = county_surface("12"), county_surface("13")
    add(project, older, areas=[])
    add(project, replace(own, ids=["130", "130/200.1.2", "13.rest/100.1.1", "13.rest/100.1.2"]), areas=[])
    assert [s.areas for s in current_surfaces(project, places())] == [()], "alone it is taken as it is"
    add(project, county_surface("11"), "A")
    assert [s.areas for s in current_surfaces(project, places())] == [("11",), ("13",)]


def test_origins_have_the_codes_of_the_loaded_areas(project: Project) -> None:
    add(project, county_surface("11"), "A")
    made = county_surface("12")
    assert made.flows is not None
    add(project, replace(made, flows=replace(made.flows, origin=["340822", "340822.rest", "elsewhere"])), "B")
    flows = register_surface(project, places(), chinese=True)[0].flows
    assert flows is not None
    assert flows.origin[3:] == ["340822000000", "340822000000.rest", "elsewhere"]


def test_flows_into_areas_around_a_register_do_not_count_as_those_of_all_of_it(project: Project) -> None:
    for code in ("11", "12"):
        made = county_surface(code)
        assert made.flows is not None
        arrived = ["", "", "under_1_year"]
        add(project, replace(made, flows=replace(made.flows, area=["3408", code, code], arrived=arrived)), code)
    flows = register_surface(project, places(), chinese=True)[0].flows
    assert flows is not None
    assert (flows.area, flows.origin) == (["11", "11", "12", "12"], ["2", "elsewhere"] * 2)
    assert flows.arrived == ["", "under_1_year"] * 2
    assert flows.noise.shape == (4, 200)


def test_the_statement_of_a_release_has_the_largest_loss_of_any_register(project: Project) -> None:
    add(project, county_surface("11"), "A")
    add(project, county_surface("12", rho="1", guess=0.7602), "B")
    stated = disclosure_statement(register_surface(project, places(), chinese=True)[0])
    assert "each of 2 registers" in stated["statement"]["en"]
    assert "76 times in 100" in stated["statement"]["en"]
    assert "2份登记数据" in stated["statement"]["zh"]
    one = disclosure_statement(county_surface("11"))["statement"]["en"]
    assert "measurement of the register;" in one
    assert "69 times" in one
    combined = {"kind": "combined", "parts": [{"kind": "population"}, dict(county_surface("11").description)]}
    assert "69 times" in disclosure_statement(replace(county_surface("11"), description=combined))["statement"]["en"]


def test_without_a_surface_the_error_says_how_to_make_one(project: Project) -> None:
    with pytest.raises(InputError, match="geoservice protect, or import"):
        register_surface(project, places(), chinese=True)


def test_a_release_says_whether_households_are_synthetic(project: Project) -> None:
    for code, made_up in (("11", True), ("12", False)):
        add(project, county_surface(code, made_up=made_up), code)
    some, notes = made_up_registers(register_surface(project, places(), chinese=True)[0])
    assert (some, [n.en for n in notes]) == (False, ["The households of these areas are synthetic, not real ones: 11."])
    assert made_up_registers(county_surface("11")) == (True, ())
    assert made_up_registers(county_surface("11", made_up=False)) == (False, ())
    assert made_up_registers(replace(county_surface("11"), description={"kind": "population"})) == (False, ())
