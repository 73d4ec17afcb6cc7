"""geoservice scenario: list, export, import and delete, and the grant of the serving role."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from geoservice.live.edits import StationEdit
from geoservice.server.access import AuditEntry, open_access
from geoservice.server.scenarios.scenario import Scenario, new_id
from geoservice.server.scenarios.store import ScenarioStore

from .conftest import Cli

AT = "2026-01-01T00:00:00.000Z"
EDITS = (StationEdit(station="c1", open=False), StationEdit(station="new-1", lon=117, lat=30, tier="village", services=("a",)))


def store(home: Path, *owners: str) -> list[Scenario]:
    access = open_access(home, None, "x", owner=True)
    one = Scenario("", "", "方案", "备注", AT, AT, "1-abc", 3, 2, EDITS)
    made = [replace(one, id=new_id(), owner=owner) for owner in owners]
    for each in made:
        ScenarioStore(access).create(each, AuditEntry("a", "planner", "POST"))
    access.close()
    return made


def stored(home: Path, scenario_id: str) -> Scenario:
    access = open_access(home, None, "x", owner=True)
    found = ScenarioStore(access).get(scenario_id)
    access.close()
    return found


def test_an_export_is_imported_unchanged_and_both_are_in_the_log(cli: Cli, tmp_path: Path) -> None:
    here, there, file = tmp_path / "a", tmp_path / "b", tmp_path / "scenarios.json"
    one, two = store(here, "token:县", "oidc:u1")
    assert "方案" in cli("scenario", "list", "-C", here).out
    assert cli("scenario", "export", file, "-C", here).out.startswith("2 scenarios written")
    done = cli("scenario", "import", file, "-C", there)
    assert (done.code, done.out.strip()) == (0, "2 of 2 scenarios stored")
    assert [stored(there, s.id) for s in (one, two)] == [one, two]
    log = cli("audit", "list", "-C", there).out.splitlines()
    assert [json.loads(line)["what"] for line in log] == ["scenario import"] * 2
    again = cli("scenario", "import", file, "-C", there)
    assert (again.code, again.out.strip(), again.err.count("left as it is")) == (0, "0 of 2 scenarios stored", 2)


def test_an_import_can_name_the_owner(cli: Cli, tmp_path: Path) -> None:
    here, there, file = tmp_path / "a", tmp_path / "b", tmp_path / "scenarios.json"
    one, _ = store(here, "token:a", "token:b")
    cli("scenario", "export", file, "--owner", "token:a", "-C", here)
    assert cli("scenario", "import", file, "--owner", "c", "-C", there).code == 10
    assert cli("scenario", "import", file, "--owner", "token:c", "-C", there).code == 0
    assert stored(there, one.id).owner == "token:c"


def test_scenarios_are_deleted_by_id_or_owner(cli: Cli, tmp_path: Path) -> None:
    one, two, three = store(tmp_path, "token:a", "token:b", "token:b")
    assert cli("scenario", "delete", "-C", tmp_path).code == 10
    assert cli("scenario", "delete", "no-such", "--yes", "-C", tmp_path).code == 31
    assert cli("scenario", "delete", one.id, "-C", tmp_path).code == 10, "nobody is there to confirm"
    assert cli("scenario", "delete", one.id, "--yes", "-C", tmp_path).code == 0
    listed = cli("scenario", "list", "-C", tmp_path).out
    assert (one.id in listed, two.id in listed) == (False, True)
    assert cli("scenario", "delete", "--owner", "token:b", "--yes", "-C", tmp_path).out.strip() == "2 scenarios deleted"
    assert three.id not in cli("scenario", "list", "-C", tmp_path).out
    assert cli("audit", "verify", "-C", tmp_path).code == 0


GOOD: dict[str, Any] = {
    "id": "0" * 16, "owner": "token:a", "name": "n", "created": AT, "updated": AT, "release": "1-abc", "revision": 1,
    "edits": [],
}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("{", "not a file of scenarios"),
        ("[]", "not a file of scenarios"),
        ('{"scenarios": 1}', "not a file of scenarios"),
        ({"scenarios": [{**GOOD, "id": "x"}]}, "scenarios.0.id"),
        ({"scenarios": [GOOD, {**GOOD, "owner": "a"}]}, "scenarios.1.owner"),
        ({"scenarios": [{**GOOD, "edits": [{"station": ""}]}]}, "scenarios.0.edits.0.station"),
        ({"scenarios": [{**GOOD, "created": "yesterday"}]}, "scenarios.0.created"),
    ],
)
def test_a_bad_file_is_refused_with_the_place(cli: Cli, tmp_path: Path, content: Any, text: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    done = cli("scenario", "import", file, "-C", tmp_path)
    assert (done.code, text in done.err) == (10, True), done.err
    assert cli("scenario", "import", tmp_path / "none.json", "-C", tmp_path).code == 10


@pytest.mark.postgis
def test_grant_lets_the_serving_role_store_scenarios(
    cli: Cli, tmp_path: Path, postgis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(postgis, autocommit=True) as connection:
        connection.execute("CREATE ROLE cli_scenarios LOGIN")
    monkeypatch.setenv("GEOSERVICE_DSN", postgis)
    monkeypatch.setenv("GEOSERVICE_SCHEMA_PREFIX", "clis")
    assert cli("grant", "cli_scenarios", "-C", tmp_path).code == 0
    with psycopg.connect(postgis.replace("user=postgres", "user=cli_scenarios")) as connection:
        assert connection.execute("SELECT count(*) FROM clis_access.scenarios").fetchone() == (0,)
    assert cli("scenario", "list", "-C", tmp_path).code == 0
