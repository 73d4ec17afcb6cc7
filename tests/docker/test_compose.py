"""compose.yaml: every path exists, networks are separate, nothing runs as root."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg.conninfo
import pytest
import yaml

DOCKER = Path(__file__).parents[2] / "docker"


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ours(compose: Any) -> dict[str, Any]:
    return {name: compose["services"][name] for name in ("service", "engine")}


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    subprocess.run([DOCKER / "secrets.sh", folder], check=True)
    return folder


def test_only_the_service_is_reachable_and_only_from_this_machine(compose: Any) -> None:
    published = {name: s["ports"] for name, s in compose["services"].items() if "ports" in s}
    assert published == {"service": ["127.0.0.1:8080:8080"]}


def test_service_and_engine_share_no_network_no_volume_and_no_secret(ours: dict[str, Any]) -> None:
    service, engine = ours["service"], ours["engine"]
    assert not set(service["networks"]) & set(engine["networks"])
    assert "volumes" not in service
    assert service["secrets"] == ["geoservice_serve_dsn"]
    assert engine["secrets"] == ["geoservice_register_dsn", "geoservice_dsn"]
    assert "_DSN" not in str(ours)


def test_containers_with_data_have_no_outgoing_network(compose: Any) -> None:
    assert compose["networks"]["private"]["internal"] is True
    assert compose["networks"]["releases"]["internal"] is True
    for name in ("engine", "postgis"):
        assert "front" not in compose["services"][name]["networks"]


def test_our_containers_run_as_nobody_on_a_read_only_root(ours: dict[str, Any]) -> None:
    for name, service in ours.items():
        assert service["user"] == "10001:10001", name
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_every_named_file_exists(compose: Any, secrets: Path) -> None:
    build = compose["services"]["service"]["build"]
    assert (DOCKER / build["context"] / build["dockerfile"]).is_file()
    for mount in compose["services"]["postgis"]["volumes"]:
        source = mount.split(":")[0]
        assert source in compose["volumes"] or (DOCKER / source).is_file(), mount
    assert {Path(s["file"]).name for s in compose["secrets"].values()} == {f.name for f in secrets.iterdir()}
    used = {name for service in compose["services"].values() for name in service.get("secrets", [])}
    assert used == set(compose["secrets"])


def test_every_command_exists(ours: dict[str, Any]) -> None:
    from typer.main import get_command

    from geoservice.cli import app

    known = getattr(get_command(app), "commands")  # noqa: B009 - typer's type does not show it
    assert {service["command"][0] for service in ours.values()} <= set(known)


def test_secrets_are_long_and_distinct_and_stay_when_created_again(secrets: Path) -> None:
    before = {f.name: f.read_text(encoding="utf-8") for f in secrets.iterdir()}
    subprocess.run([DOCKER / "secrets.sh", secrets], check=True)
    assert {f.name: f.read_text(encoding="utf-8") for f in secrets.iterdir()} == before
    passwords = {text for name, text in before.items() if name.endswith("password")}
    assert len(passwords) == 4
    assert min(map(len, passwords)) >= 32
    assert secrets.stat().st_mode & 0o777 == 0o700
    for name, role in (("register_dsn", "register"), ("dsn", "office"), ("serve_dsn", "http")):
        found = psycopg.conninfo.conninfo_to_dict(before[f"geoservice_{name}"])
        assert (found["user"], found["password"]) == (f"geoservice_{role}", before[f"{role}_password"])


def test_the_stop_is_longer_than_notice_and_drain(ours: dict[str, Any]) -> None:
    from geoservice.settings import Settings

    settings = Settings()
    assert float(ours["service"]["stop_grace_period"].removesuffix("s")) > settings.notice_seconds + settings.drain_seconds


def test_docker_itself_accepts_it(secrets: Path) -> None:
    client = shutil.which("docker")
    if not client or subprocess.run([client, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("install the docker client with its compose plugin to run this test")
    command = [client, "compose", "--file", DOCKER / "compose.yaml", "config", "--quiet"]
    subprocess.run(command, check=True)


def test_every_step_of_the_image_is_a_script_that_the_check_runs() -> None:
    text, check = ((DOCKER / name).read_text(encoding="utf-8") for name in ("Dockerfile", "check.sh"))
    steps = [line.split()[1].rsplit("/", 1)[1] for line in text.splitlines() if line.startswith("RUN ")]
    assert steps == ["web.sh", "install.sh", "system.sh"]
    for step in steps:
        assert f"docker/steps/{step}" in check
        assert (DOCKER / "steps" / step).stat().st_mode & 0o111


def test_the_image_runs_as_nobody_and_has_a_health_check() -> None:
    lines = (DOCKER / "Dockerfile").read_text(encoding="utf-8").split("\n")
    last = lines[max(i for i, line in enumerate(lines) if line.startswith("FROM ")) :]
    assert "USER 10001:10001" in last
    assert any(line.startswith("HEALTHCHECK") for line in last)
    assert not any(line.startswith("USER") and "root" in line for line in lines)
