"""A task uses one core, what was allowed before is allowed again afterwards, and commands of other versions are refused."""

from pathlib import Path

import numba
import pyarrow as pa
import pytest

from geoservice import __version__
from geoservice.errors import Conflict
from geoservice.pipeline.regional.job import RegionalJob
from geoservice.pipeline.regional.store import RunStore
from geoservice.pipeline.regional.tasks import TRAVEL, Task, one_core, run_task
from geoservice.study import Study


def test_a_task_uses_one_core() -> None:
    before = (pa.cpu_count(), numba.get_num_threads())
    with one_core():
        assert (pa.cpu_count(), numba.get_num_threads()) == (1, 1)
    assert (pa.cpu_count(), numba.get_num_threads()) == before


def test_a_command_of_another_version_is_refused(region_study: Study, tmp_path: Path) -> None:
    store = RunStore(str(tmp_path))
    job = RegionalJob(store, store, region_study, {}, {}, {}, 0.0, ("A",), version="0.0.1")
    with pytest.raises(Conflict, match=f"has geoservice {__version__}, the command has 0.0.1"):
        run_task(job, Task(TRAVEL, "A"))
