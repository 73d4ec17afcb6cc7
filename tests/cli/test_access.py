"""geoservice token and audit."""

import json
import re
import sqlite3
from pathlib import Path

import psycopg
import pytest

from geoservice.server.access.tokens import HASHER

from .conftest import Cli

TEXT = re.compile(r"gs_[0-9a-f]{16}_[0-9a-f]{64}")


def test_the_text_of_a_token_is_shown_once_and_alone_on_stdout(cli: Cli, tmp_path: Path) -> None:
    done = cli("token", "add", "门户", "--role", "planner", "--area", "340811", "-C", tmp_path)
    assert done.code == 0
    assert TEXT.fullmatch(done.out.strip())
    listed = cli("token", "list", "-C", tmp_path).out
    assert all(word in listed for word in ("门户", "planner", "340811", "good"))
    assert done.out.strip()[20:] not in listed
    with sqlite3.connect(tmp_path / "access/access.db") as store:
        hashed = store.execute("SELECT hash FROM tokens").fetchone()[0]
    assert HASHER.verify(hashed, done.out.strip())


def test_a_township_never_exceeds_its_county(cli: Cli, tmp_path: Path) -> None:
    given = cli("token", "add", "county", "--role", "planner", "--area", "340811", "--layer", "gaps", "-C", tmp_path)
    assert given.code == 0
    under = ("--under", "county", "-C", tmp_path)
    for more, told in (
        (("--role", "steward"), "role steward"),
        (("--role", "planner", "--area", "340822"), "area 340822"),
        (("--role", "planner", "--layer", "flows"), "layer flows"),
    ):
        refused = cli("token", "add", "x", *more, *under)
        assert (refused.code, told in refused.err) == (32, True)
    assert cli("token", "add", "town", "--role", "planner", "--area", "340811100", *under).code == 0
    cli("token", "revoke", "county", "-C", tmp_path)
    assert cli("token", "list", "-C", tmp_path).out.count("revoked") == 2


def test_a_revoked_name_is_reported_and_its_log_stays(cli: Cli, tmp_path: Path) -> None:
    assert cli("token", "revoke", "nobody", "-C", tmp_path).code == 31
    assert cli("audit", "verify", "-C", tmp_path).code == 0


@pytest.mark.parametrize("words", [("--days", "0"), ("--days", "4000"), ("--role", "root"), ("--area", "a/b")])
def test_invalid_arguments_are_refused(cli: Cli, tmp_path: Path, words: tuple[str, str]) -> None:
    roles = () if words[0] == "--role" else ("--role", "planner")
    assert cli("token", "add", "x", *roles, *words, "-C", tmp_path).code in {2, 10}
    assert cli("token", "list", "-C", tmp_path).out.count("planner") == 0


def test_every_write_is_in_the_log_and_the_log_is_checked(cli: Cli, tmp_path: Path) -> None:
    text = cli("token", "add", "a", "--role", "steward", "-C", tmp_path).out.strip()
    cli("token", "revoke", "a", "-C", tmp_path)
    assert cli("rollback", "-C", tmp_path).code != 0
    listed = [json.loads(line) for line in cli("audit", "list", "-C", tmp_path).out.splitlines()]
    assert [r["what"] for r in listed] == ["token add", "token revoke", "rollback", "rollback"]
    assert listed[-1]["status"].startswith("failed")
    assert text[20:] not in json.dumps(listed)
    assert all(r["name"].endswith("(command line)") for r in listed)
    checked = cli("audit", "verify", "-C", tmp_path)
    assert (checked.code, "4 rows" in checked.out) == (0, True)


def test_since_omits_older_rows(cli: Cli, tmp_path: Path) -> None:
    cli("token", "add", "a", "--role", "steward", "-C", tmp_path)
    assert len(cli("audit", "list", "--since", "2020-01-01", "-C", tmp_path).out.splitlines()) == 1
    assert cli("audit", "list", "--since", "2999-01-01T08:00+08:00", "-C", tmp_path).out == ""
    assert cli("audit", "list", "--since", "yesterday", "-C", tmp_path).code == 10


def test_a_changed_log_ends_with_an_error_that_names_the_row(cli: Cli, tmp_path: Path) -> None:
    for name in "abc":
        cli("token", "add", name, "--role", "steward", "-C", tmp_path)
    head = cli("audit", "head", "-C", tmp_path).out.strip()
    assert cli("audit", "verify", "--head", head, "-C", tmp_path).code == 0
    assert cli("audit", "verify", "--head", "x", "-C", tmp_path).code == 10
    with sqlite3.connect(tmp_path / "access/access.db") as store:
        store.execute("DROP TRIGGER no_change")
        store.execute("UPDATE audit SET body = replace(body, 'steward', 'planner') WHERE n = 2")
    store.close()
    done = cli("audit", "verify", "-C", tmp_path)
    assert (done.code, "row 2" in done.err) == (42, True)


@pytest.mark.postgis
def test_on_postgresql_a_role_is_granted_access(
    cli: Cli, tmp_path: Path, postgis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(postgis, autocommit=True) as connection:
        connection.execute("CREATE ROLE cli_http LOGIN")
    monkeypatch.setenv("GEOSERVICE_DSN", postgis)
    monkeypatch.setenv("GEOSERVICE_SCHEMA_PREFIX", "clia")
    assert cli("token", "add", "a", "--role", "planner", "-C", tmp_path).code == 0
    assert cli("grant", "cli_http", "-C", tmp_path).code == 0
    assert "good" in cli("token", "list", "-C", tmp_path).out
    checked = cli("audit", "verify", "-C", tmp_path)
    assert (checked.code, "3 rows" in checked.out) == (0, True)
    with psycopg.connect(postgis.replace("user=postgres", "user=cli_http")) as connection:
        assert connection.execute("SELECT count(*) FROM clia_access.tokens").fetchone() == (1,)
    assert not list(tmp_path.iterdir()), "an office keeps nothing in the folder"
