"""A task uses one core, and what was allowed before is allowed again afterwards."""

import numba
import pyarrow as pa

from geoservice.pipeline.regional.tasks import one_core


def test_a_task_uses_one_core() -> None:
    before = (pa.cpu_count(), numba.get_num_threads())
    with one_core():
        assert (pa.cpu_count(), numba.get_num_threads()) == (1, 1)
    assert (pa.cpu_count(), numba.get_num_threads()) == before
