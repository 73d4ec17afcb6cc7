"""geoservice surface and geoservice import surface: from the register of an office to the project of a region."""

from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from county_surface import county_surface
from tiny_county import area

from geoservice.cli.checks.result import CheckResult
from geoservice.cli.common import settings_for
from geoservice.cli.doctor import CHECKS
from geoservice.demand import digest, write_surface
from geoservice.project import Project, SurfaceInfo, open_project
from geoservice.register import open_register
from geoservice.schema import AREAS
from geoservice.vintages import Source

from .conftest import STUDY


def folder(home: Path) -> Path:
    home.mkdir()
    (home / "study.toml").write_text(STUDY, encoding="utf-8")
    return home


def measured(home: Path, code: str, **facts: Any) -> None:
    """Enter a measurement of a made-up county into the budget book of a folder."""
    with closing(open_register(home / "register", None, "geoservice")) as register:
        register.spend("households", write_surface(county_surface(code, leaves=2, replays=3, **facts)), Fraction(1, 2), "")


def project_of(home: Path) -> Project:
    return open_project(home / "project", None, "geoservice")


def stored(home: Path) -> list[SurfaceInfo]:
    with closing(project_of(home)) as project:
        return list(project.surfaces())


@pytest.fixture
def office(tmp_path: Path) -> Path:
    home = folder(tmp_path / "county")
    measured(home, "11")
    return home


@pytest.fixture
def region(tmp_path: Path) -> Path:
    """Return the folder of a region that has two counties and the areas of their leaves."""
    home, boxes = folder(tmp_path / "region"), {"11": (10_900, -500, 11_500, 500), "12": (11_900, -500, 12_500, 500)}
    rows = [area(code, "county", None, box) for code, box in boxes.items()]
    rows += [area(f"{code}0{leaf}", "township", code, box) for code, box in boxes.items() for leaf in range(2)]
    with closing(project_of(home)) as project:
        project.write("areas", pa.Table.from_pylist(rows, schema=AREAS.arrow()), Source("areas", "1"))
    return home


def key_of(cli: Any, home: Path) -> str:
    return str(cli("surface", "keys", "-C", home).out.split()[2])


def test_a_surface_goes_from_an_office_to_a_region_that_trusts_it(cli: Any, office: Path, region: Path, tmp_path: Path) -> None:
    file, key = tmp_path / "11.surface", key_of(cli, office)
    assert (office / "register" / "signing_key").stat().st_mode & 0o777 == 0o600
    assert key == key_of(cli, office)
    written = cli("surface", "export", file, "-C", office)
    assert f"signed with {key}" in written.out, written.err
    assert "does not trust the key" in cli("surface", "show", file, "-C", region).out
    refused = cli("import", "surface", file, "-C", region)
    assert f"geoservice surface trust {key}" in refused.err
    assert stored(region) == []
    assert cli("surface", "trust", key, "--name", "宜秀区", "--area", "11", "-C", region).code == 0
    assert "trusted for 11: 宜秀区" in cli("surface", "keys", "-C", region).out
    assert "trusted as 宜秀区" in cli("surface", "show", file, "-C", region).out
    done = cli("import", "surface", file, "-C", region)
    assert "of 11, signed by 宜秀区" in done.out, done.err
    assert "synthetic" in done.out
    [info] = stored(region)
    assert (info.name, info.areas, info.description["made_up"]) == ("宜秀区", ("11",), True)
    assert info.signature is not None
    assert info.signature.key == key
    assert "stored already" in cli("import", "surface", file, "-C", region).out
    assert "宜秀区" in cli("surface", "list", "-C", region).out


@pytest.fixture
def trusted(cli: Any, office: Path, region: Path, tmp_path: Path) -> Path:
    """Return a file of the office, whose key the region trusts."""
    cli("surface", "trust", key_of(cli, office), "--name", "county", "-C", region)
    cli("surface", "export", tmp_path / "11.surface", "-C", office)
    return tmp_path / "11.surface"


def test_an_altered_file_is_refused_and_nothing_is_stored(cli: Any, region: Path, trusted: Path) -> None:
    data = bytearray(trusted.read_bytes())
    data[-1] ^= 1
    trusted.write_bytes(data)
    for command in (("import", "surface"), ("surface", "show")):
        refused = cli(*command, trusted, "-C", region)
        assert (refused.code, "11.surface: it was altered" in refused.err) == (10, True)
    assert stored(region) == []


def test_a_newer_surface_replaces_the_older_and_not_the_other_way(
    cli: Any, office: Path, region: Path, trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = trusted.with_name("older")
    trusted.rename(older)
    monkeypatch.setattr("geoservice.register.store.datetime", _Later)
    measured(office, "11", vintage=2)
    cli("surface", "export", trusted, "-C", office)
    assert cli("import", "surface", trusted, "-C", region).code == 0
    refused = cli("import", "surface", older, "-C", region)
    assert "has one of 2999-01-01T00:00:00+00:00 of this office" in refused.err
    digest = stored(region)[0].digest
    assert cli("surface", "remove", digest[:9], "--yes", "-C", region).code == 0
    assert cli("import", "surface", older, "-C", region).code == 0
    assert "it replaces the surface" in cli("import", "surface", trusted, "-C", region).out


class _Later:
    @staticmethod
    def now(_zone: object) -> Any:
        import datetime as dt

        return dt.datetime(2999, 1, 1, tzinfo=dt.UTC)


def test_a_key_signs_for_its_areas_only_and_offices_do_not_overlap(
    cli: Any, office: Path, region: Path, tmp_path: Path, trusted: Path
) -> None:
    other = folder(tmp_path / "other")
    measured(other, "12", areas=["11", "12"])
    cli("surface", "export", tmp_path / "12.surface", "-C", other)
    key = key_of(cli, other)
    cli("surface", "trust", key, "--name", "other", "--area", "12", "-C", region)
    refused = cli("import", "surface", tmp_path / "12.surface", "-C", region)
    assert "12.surface: it is of 11, but trusted_keys.toml trusts other for 12 alone" in refused.err
    same = folder(tmp_path / "same")
    measured(same, "11", vintage=2)
    cli("surface", "export", tmp_path / "same.surface", "-C", same)
    cli("surface", "trust", key_of(cli, same), "--name", "same", "-C", region)
    keys = region / "trusted_keys.toml"
    keys.write_text(keys.read_text(encoding="utf-8").replace('["12"]', '["11", "12"]'), encoding="utf-8")
    assert cli("import", "surface", trusted, "-C", region).code == 0
    assert "overlap but are not of the same areas" in cli("import", "surface", tmp_path / "12.surface", "-C", region).err
    assert "of 11 of county, with another key" in cli("import", "surface", tmp_path / "same.surface", "-C", region).err
    assert [s.name for s in stored(region)] == ["county"]


def test_a_key_cannot_state_numbers_of_another_county(cli: Any, region: Path, tmp_path: Path) -> None:
    other, file = folder(tmp_path / "other"), tmp_path / "other.surface"
    measured(other, "11", areas=["12"])
    cli("surface", "export", file, "-C", other)
    cli("surface", "trust", key_of(cli, other), "--name", "other", "--area", "12", "-C", region)
    refused = cli("import", "surface", file, "-C", region)
    assert "other.surface: the leaf '1100' is outside 12, the areas that the file is signed for" in refused.err
    assert (refused.code, stored(region)) == (10, [])


@pytest.mark.parametrize("key", ["ed25519:12", "x"])
def test_a_key_that_is_none_is_refused(cli: Any, region: Path, key: str) -> None:
    refused = cli("surface", "trust", key, "--name", "A", "-C", region)
    assert (refused.code, "trusted key: key: " in refused.err) == (22, True)
    assert not (region / "trusted_keys.toml").exists()


def test_a_register_that_was_not_measured_has_nothing_to_export(cli: Any, region: Path, tmp_path: Path) -> None:
    assert "geoservice protect" in cli("surface", "export", tmp_path / "x", "-C", region).err
    assert "does not exist" in cli("surface", "export", tmp_path / "no" / "x", "-C", region).err
    assert list(tmp_path.glob("x*")) == []


def test_own_surfaces_are_not_removed(cli: Any, region: Path) -> None:
    body = write_surface(county_surface("11", leaves=1))
    with closing(project_of(region)) as project:
        project.add_surface(body, SurfaceInfo(digest(body), "register", "register", "2026", {}))
    assert "own register" in cli("surface", "remove", digest(body), "--yes", "-C", region).err
    assert cli("surface", "remove", "00", "--yes", "-C", region).code == 31
    assert len(stored(region)) == 1


def _check(home: Path) -> CheckResult:
    [result] = CHECKS["surfaces"](settings_for(home))
    return result


def test_doctor_checks_the_signatures_again(cli: Any, region: Path, trusted: Path) -> None:
    cli("import", "surface", trusted, "-C", region)
    state, text = _check(region)
    assert state == "ok"
    assert "unchanged as county signed it" in text
    keys = region / "trusted_keys.toml"
    text = keys.read_text(encoding="utf-8")
    keys.write_text("", encoding="utf-8")
    assert _check(region).state == "warn"
    keys.write_text(text, encoding="utf-8")
    with closing(project_of(region)) as project:
        [info] = project.surfaces()
        body = project.surface(info.digest)
        project.remove_surface(info.digest)
        altered = SurfaceInfo(**{**vars(info), "description": {**info.description, "areas": ["12"]}})
        project.add_surface(body, altered)
    state, text = _check(region)
    assert state == "fail"
    assert "states other areas than its office signed" in text
