"""Scratch folders hold what a file holds: each goes with its import, or with the next one."""

from collections.abc import Callable
from pathlib import Path

from geoservice.ingest import Report
from geoservice.ingest.sandbox import SCRATCH
from geoservice.scratch import ScratchFolder, sweep


def test_what_a_killed_import_left_goes_with_the_next_one(tmp_path: Path) -> None:
    left = tmp_path / "reading-1-killed"  # 1 is alive: it is another process now
    left.mkdir()
    (left / "table.arrow").write_text("KEY1")
    with ScratchFolder(SCRATCH, tmp_path) as folder:
        assert [f.name for f in tmp_path.iterdir()] == [folder.name]
        assert folder.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_that_of_an_import_which_is_running_stays(tmp_path: Path) -> None:
    with ScratchFolder(SCRATCH, tmp_path) as one:
        with ScratchFolder(SCRATCH, tmp_path) as other:
            assert {f.name for f in tmp_path.iterdir()} == {one.name, other.name}
            assert set(sweep(SCRATCH, tmp_path)) == {one, other}
        assert one.is_dir()
    assert sweep(SCRATCH, tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_an_import_sweeps(load: Callable[..., Report], areas: None, tmp_path: Path) -> None:
    left = tmp_path / "project" / "reading-x"
    left.mkdir()
    load("population", "p.csv", "id,lon,lat,persons\n1,116.95,30.6,2\n")
    assert not left.exists()
