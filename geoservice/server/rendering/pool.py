"""The pool of rendering processes of one worker.

The renderer holds the interpreter's lock while it draws, so a thread that draws a large map would block its worker for that
time. The processes of all workers together are one for each core.
"""

from collections.abc import Callable

from geoservice.release.protocols import ReleaseStore
from geoservice.server.jobs.options import JobLimits, JobTexts, processes_of_worker
from geoservice.server.jobs.pool import JobPool
from geoservice.server.rendering.draw_task import DrawTask
from geoservice.settings import Settings

PIXELS_A_SECOND = 4_000_000
"""Approximate speed of a process."""
NICE = 10
"""Niceness relative to the serving processes, whose work takes milliseconds where rendering takes a second."""
TEXTS = JobTexts(
    name="drawing",
    failed="the picture could not be drawn",
    lost="the process that drew the picture has died; try again in a moment",
    timed_out="drawing the picture timed out; request a smaller one, or fewer layers",
    refused=(
        "pictures with {cost} pixels are being drawn or wait, and {more} more would exceed the limit of {limit}; "
        "try again in a moment"
    ),
)


def drawing_limits(settings: Settings) -> JobLimits:
    """Return the limits of a worker's rendering processes; cost is in pixels."""
    return JobLimits(
        processes=settings.drawing_processes or processes_of_worker(settings.workers),
        max_cost=settings.drawing_pixels,
        cost_a_second=PIXELS_A_SECOND,
        seconds=settings.drawing_seconds,
        nice=NICE,
        modules=(DrawTask.__module__,),
    )


def drawing_pool(store: ReleaseStore, settings: Settings, observe: Callable[[float], None] = lambda _: None) -> JobPool:
    """Return a worker's pool of rendering processes; ``observe`` is called with the seconds that each picture took."""
    return JobPool(store, drawing_limits(settings), TEXTS, settings.log_level, observe)
