"""A writer that is killed while it puts a file in place."""

import signal
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
from county_tables import TABLES, county_table, grid

from geoservice.datasets import open_store, read_dataset, write_dataset
from geoservice.errors import InputError

KILLED = """
import os, signal, sys
import pyarrow as pa
from pathlib import Path
from geoservice.datasets import open_store, read_dataset, write_dataset
store, replace, left = open_store(sys.argv[1]), Path.replace, int(sys.argv[2])
def killed(self, target):
    global left
    if (left := left - 1) < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(self, target)
table = read_dataset(store, "stations").drop_columns("county")
Path.replace = killed
write_dataset(store, "stations", {c: table.slice(0, 3) for c in ("340811", "340822")}, update=True)
"""


@pytest.mark.parametrize("moved", [0, 2, 3])
def test_a_killed_writer_leaves_the_old_dataset_or_a_recognised_half(moved: int, tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    write_dataset(store, "stations", TABLES)
    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path, str(moved)], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    if moved == 0:  # not even the manifest that announces the writing
        assert read_dataset(store, "stations").num_rows == 37
    else:
        with pytest.raises(InputError, match="writing did not end: county=340811, county=340822 is missing"):
            read_dataset(store, "stations")
    write_dataset(store, "stations", {c: county_table(grid(2)) for c in ("340811", "340822")}, update=True)
    assert read_dataset(store, "stations").num_rows == len(gpd.read_parquet(tmp_path / "stations")) == 9
    assert not list((tmp_path / "stations").glob("county=*/.*"))  # what the killed writer wrote aside
