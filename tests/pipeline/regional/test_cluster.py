"""A cluster of processes that share no folder: a scheduler, workers, and an object store between them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from s3_server import S3Server
from same_release import check_same_release

from geoservice.layer import Layer
from geoservice.pipeline.regional import DaskWorkers, publish_region
from geoservice.pipeline.regional.cluster import cluster_client, outcome_of
from geoservice.pipeline.regional.tasks import JOINT, TRAVEL, Task
from geoservice.progress import quiet
from geoservice.project import Project
from geoservice.release import ReleaseStore, open_store
from geoservice.study import Study

WORKERS = 2


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]]


@pytest.fixture
def scheduler(s3: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """Start ``dask scheduler`` and two ``dask worker``, and return the scheduler's address."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    with ExitStack() as stack:

        def start(*words: str) -> None:
            process = subprocess.Popen(_command(*words), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.terminate)

        file = tmp_path / "scheduler.json"
        options = ("--scheduler-file", str(file), "--dashboard-address", "127.0.0.1:0")
        start("dask_scheduler", "--port", "0", "--host", "127.0.0.1", *options)
        for _ in range(WORKERS):
            start("dask_worker", "--nthreads", "1", "--memory-limit", "0", *options)
        yield _address(file)


def _address(file: Path) -> str:
    """Wait for the file that the scheduler writes, and return its address."""
    for _ in range(600):
        if file.is_file() and (text := file.read_text(encoding="utf-8")):
            return str(json.loads(text)["address"])
        time.sleep(0.1)
    raise TimeoutError("the scheduler did not start")


def test_workers_keep_freed_memory_for_the_next_array() -> None:
    with cluster_client(DaskWorkers(1)) as client:
        environment = client.submit(os.environ.copy).result()
    assert environment["OMP_NUM_THREADS"] == "1", "what else Dask sets for its workers"
    assert "MALLOC_TRIM_THRESHOLD_" not in environment


class Killed:
    """A task whose worker was killed at every try; Dask then raises an error of its own."""

    def result(self) -> None:
        raise MemoryError("killed")


def test_a_county_that_kills_its_worker_has_failed_and_any_other_task_ends_the_run() -> None:
    outcome = outcome_of(Killed(), Task(TRAVEL, "A"))
    assert outcome.task.subject == "A"
    assert outcome.error == "MemoryError: killed"
    with pytest.raises(MemoryError):
        outcome_of(Killed(), Task(JOINT, "gaps"))


def test_workers_and_the_command_share_an_object_store_alone(
    scheduler: str, s3: S3Server, region: Project, single_run: ReleaseStore, region_study: Study, all_layers: tuple[Layer, ...],
    tmp_path: Path,
) -> None:  # fmt: skip
    work = f"s3://{s3.bucket()}/work"
    with closing(open_store(tmp_path / "releases", None, "geoservice", read_only=False)) as store:
        done = publish_region(region, store, region_study, all_layers, quiet, DaskWorkers(scheduler=scheduler), work=work)
        check_same_release(single_run, store)
    assert len({outcome.task for outcome in done.outcomes}) == len(done.outcomes)
