"""The tasks of the release table: each orders the rows of one geography, which the tasks of areas and analyses stored."""

from collections.abc import Collection, Iterator

import pyarrow as pa

from geoservice.analysis.frames import ROWS
from geoservice.db.arrow import conform
from geoservice.pipeline.regional.analysis_tasks import joint_tasks
from geoservice.pipeline.regional.job import RegionalJob
from geoservice.release.base import TABLE
from geoservice.release.manifest import sorted_rows


def _batches(job: RegionalJob) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Yield the stored rows of all tasks in batches, each with its geography."""
    parts = [f"counties/{county}" for county in job.counties]
    parts += [f"{job.joint}/results/{name}" for name in (*joint_tasks(job.study), "leaves")]
    for part in parts:
        for batch in job.store.read_table(part).to_batches():
            if batch.num_rows:
                yield batch.column("geography")[0].as_py(), batch


def list_geographies(job: RegionalJob) -> tuple[str, ...]:
    """Return the geographies that have rows, those with the most rows first, and store their names for later tasks."""
    rows: dict[str, int] = {}
    for geography, batch in _batches(job):
        rows[geography] = rows.get(geography, 0) + batch.num_rows
    job.store.write_json(f"{job.joint}/table.json", sorted(rows))
    return tuple(sorted(rows, key=lambda name: -rows[name]))


def sort_geography(job: RegionalJob, geography: str) -> None:
    """Store the rows of one geography in the order of the release table's key."""
    batches = [batch for name, batch in _batches(job) if name == geography]
    rows = pa.Table.from_batches(batches, ROWS).combine_chunks()
    job.store.write_table(f"{job.joint}/table/{geography}", sorted_rows(rows))


def read_rows(job: RegionalJob, geographies: Collection[str]) -> pa.Table:
    """Return the rows of some geographies in the order of the release table's key; texts are dictionary-encoded."""
    names = [name for name in job.store.read_json(f"{job.joint}/table.json") if name in geographies]
    return pa.concat_tables([ROWS.empty_table(), *(job.store.read_table(f"{job.joint}/table/{name}") for name in names)])


def read_release_table(job: RegionalJob) -> pa.Table:
    """Return the release table, ordered by its key."""
    return conform(read_rows(job, job.store.read_json(f"{job.joint}/table.json")), TABLE)
