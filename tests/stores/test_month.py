"""The monthly routine of a register by command line, on both engines."""

import csv
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
from search_bytes import marks_in_files

from geoservice.cli import main
from geoservice.cli.common import register_of, settings_for
from geoservice.ingest.households import household_ids

Row = dict[str, str]
Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], dsn: str | None, prefix: str) -> Run:
    """Return ``run(home, word, ...)``: call geoservice and return all that it said; its exit code has to be ``code``."""
    if dsn is not None:
        monkeypatch.setenv("GEOSERVICE_DSN", dsn)
        monkeypatch.setenv("GEOSERVICE_SCHEMA_PREFIX", f"{prefix}month")

    def go(home: Path, *words: object, code: int = 0) -> str:
        monkeypatch.setattr("sys.argv", ["geoservice", *map(str, words), "-C", str(home)])
        capsys.readouterr()
        ended = 0
        try:
            main()
        except SystemExit as end:
            ended = int(end.code or 0)
        said = "".join(capsys.readouterr())
        assert ended == code, said
        return said

    return go


class Month:
    """The town's register in October and November; each step goes on where the one before has ended."""

    def __init__(self, run: Run, folder: Path, town: Path, dsn: str | None) -> None:
        self.home, self.files, self.town, self.dsn, self._run = folder / "home", folder / "files", town, dsn, run
        with (town / "households.csv").open(encoding="utf-8") as file:
            october = list(csv.DictReader(file))
        self.left, self.stay = october[:20], october[20:]
        self.come = [{**self.stay[0], "register_key": f"N{i}"} for i in range(3)]
        self.stray = [{**row, "register_key": f"S{i}"} for i, row in enumerate(october[:7])]
        self.home.mkdir()
        self.files.mkdir()
        shutil.copy(town / "study.toml", self.home)

    def run(self, *words: object, code: int = 0) -> str:
        return self._run(self.home, *words, code=code)

    def write(self, name: str, rows: list[Row]) -> Path:
        with (self.files / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return self.files / name

    def in_files(self, rows: list[Row]) -> int:
        """How many of these households are anywhere in a file or table."""
        with closing(register_of(settings_for(self.home))) as register:
            ids = household_ids(pa.array([row["register_key"] for row in rows]), register.secret(keep=False))
        return len(marks_in_files(self.home, self.dsn, ids().to_pylist()))

    def begin(self) -> None:
        self.run("import", "areas", self.town / "areas.geojson")
        self.run("import", "network", self.town / "streets.osm.pbf", "--speeds", self.town / "speeds.toml")
        self.run("import", "stations", self.town / "stations.csv")
        october = self.write("2024-10.csv", self.left + self.stay)
        assert "vintage 1: 400 added" in self.run("import", "households", october)
        assert "release 1 is current" in self.run("publish")

    def correct(self) -> None:
        self.stay[0]["persons"] = "7"
        october = self.write("2024-10.csv", self.left + self.stay)
        assert "vintage 2: 0 added, 1 changed, 0 removed" in self.run("import", "households", october)
        assert "release 2 is current" in self.run("publish")

    def replace(self) -> None:
        november = self.write("2024-11.csv", self.stay + self.come)
        refused = self.run("import", "households", november, "--dry-run", code=15)
        assert "380 keys" in refused
        assert "--replace '2024-10.csv'" in refused
        words = ("import", "households", november, "--replace", "2024-10.csv")
        counts = "vintage 3: 3 added, 0 changed, 20 removed"
        assert f"would be loaded as {counts}" in self.run(*words, "--dry-run")
        assert counts in self.run(*words)
        assert "loaded already" in self.run(*words)
        assert "release 3 is current" in self.run("publish")
        assert "spent: rho 1.5 of 4" in self.run("budget")

    def forget(self) -> None:
        self.run("import", "households", self.write("stray.csv", self.stray))
        assert "2 sources are current (2024-11.csv, stray.csv)" in self.run("doctor")
        assert "stray.csv (households)" in self.run("forget", "straw.csv", "--yes", code=31)
        assert "stray.csv is deleted" in self.run("forget", "stray.csv", "--yes")
        assert "sources are current (" not in self.run("doctor")

    def purge(self) -> None:
        gone = self.left + self.stray
        assert self.in_files(gone) > 20
        planned = self.run("purge", "--releases", "--dry-run")
        assert "800 rows of old vintages of households" in planned
        assert "2 quality reports" in planned
        assert "releases [1, 2] were made from households that have left: removed as well" in planned
        assert self.in_files(gone) > 20, "a dry run changes nothing"
        assert "geoservice purge" in self.run("doctor")
        self.run("purge", "--releases", "--yes")
        assert self.in_files(gone) == 0
        assert self.in_files(self.stay) == 380
        doctor = self.run("doctor")
        assert "households: 2024-11.csv, vintage 3" in doctor
        assert "releases [3], current 3" in doctor
        assert "geoservice purge" not in doctor

    def publish_again(self, number: int) -> None:
        assert f"release {number} is current" in self.run("publish")
        assert "spent: rho 1.5 of 4" in self.run("budget"), "the same households cost nothing"

    def restore(self) -> None:
        """Only the folder is left, on a server with its database."""
        elsewhere = self.home.with_name("elsewhere")
        shutil.copytree(self.home, elsewhere, symlinks=True)
        shutil.rmtree(self.home)
        self.home = elsewhere
        assert "secret and budget book are whole (3 entries)" in self.run("doctor")
        assert "loaded already" in self.run("import", "households", self.files / "2024-11.csv")

    def lose(self) -> None:
        shutil.rmtree(self.home / "register")
        lost = "is not in the budget book" if self.dsn is None else "register/secret is missing"
        assert lost in self.run("doctor", code=1)
        december = self.write("2024-12.csv", self.stay)
        if self.dsn is not None:
            assert lost in self.run("import", "households", december, "--replace", "2024-11.csv", code=10)
        else:
            self.run("import", "households", december)
            assert lost in self.run("publish", code=10)


@pytest.mark.slow
def test_import_correct_replace_publish_forget_purge_and_restore(run: Run, tmp_path: Path, town: Path, dsn: str | None) -> None:
    month = Month(run, tmp_path, town, dsn)
    month.begin()
    month.correct()
    month.replace()
    month.forget()
    month.purge()
    month.publish_again(4)
    month.restore()
    month.publish_again(5)
    month.lose()
