"""Every command on a full disk: it reports folder, free space and remedy, writes nothing partial, and works again later."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_disk import SmallDisk, small_disk

from geoservice.errors import DiskFull

TOLD = r"DiskFull: .*the disk is full or over quota; {folder}[^;]* has [0-9.e+-]+ MB free of 67.1 MB.*; make room there; "
STAGES: dict[str, tuple[str, ...]] = {
    "areas": ("import", "areas", "areas.geojson"),
    "network": ("import", "network", "streets.osm.pbf", "--speeds", "speeds.toml"),
    "stations": ("import", "stations", "stations.csv"),
    "households": ("import", "households", "households.csv"),
    "protect": ("protect",),
    "publish": ("publish",),
    "export": ("export", "--folium", "map.html"),
    "token": ("token", "add", "office", "--role", "planner"),
}


def run(home: Path, words: tuple[str, ...]) -> tuple[int, str]:
    command = [sys.executable, "-m", "geoservice", *words, *(() if words[0] == "init" else ("-C", str(home)))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=home, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def stages(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return ``stages(name)``: a project that is ready for a command, all those before it done."""
    done = {"areas": tmp_path_factory.mktemp("stages") / "areas"}
    shutil.copytree(town, done["areas"])

    def ready(name: str) -> Path:
        for stage, words in STAGES.items():
            if name in done:
                break
            following = list(STAGES)[list(STAGES).index(stage) + 1]
            if following not in done:
                home = Path(shutil.copytree(done[stage], done["areas"].with_name(following), symlinks=True))
                code, text = run(home, words)
                assert code == 0, text
                done[following] = home
        return done[name]

    return ready


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as disk:
        yield disk


def files(home: Path) -> set[str]:
    """Name what stands for data; locks and the empty files of a log are nothing."""
    nothing = re.compile(r"\.lock$|-shm$|-wal$|\.wal$|access/access\.db$|register\.duckdb$|project\.duckdb$")
    return {str(p.relative_to(home)) for p in home.rglob("*") if p.is_file() and not nothing.search(str(p))}


@pytest.mark.parametrize("left", [0, 65_536])
@pytest.mark.parametrize("name", STAGES)
def test_a_command_names_the_folder_and_leaves_nothing(
    stages: Callable[[str], Path], disk: SmallDisk, name: str, left: int
) -> None:
    home = Path(shutil.copytree(stages(name), disk.path / "home", symlinks=True))
    before = files(home)
    disk.fill(left)
    code, text = run(home, STAGES[name])
    disk.make_room()
    if code == 0:
        assert left, "there was no room at all"
        return
    assert code == DiskFull.exit_code, text
    assert re.search(TOLD.format(folder=home), text), text
    assert "Traceback" not in text
    assert files(home) - before <= {"register/secret"}
    again, text = run(home, STAGES[name])
    assert again == 0, text


def test_a_failed_init_leaves_no_study(disk: SmallDisk) -> None:
    disk.fill()
    code, text = run(disk.path, ("init", str(disk.path / "new")))
    assert (code, "study.toml" in text or "the disk is full" in text) == (DiskFull.exit_code, True)
    assert not (disk.path / "new" / "study.toml").exists()
    disk.make_room()
    assert run(disk.path, ("init", str(disk.path / "new")))[0] == 0
