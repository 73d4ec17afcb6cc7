"""The pool of processes that answer live questions of one worker.

An engine holds the travel times of a release and numpy holds the interpreter's lock, so questions would hold up tiles in the
worker itself. The processes of all workers together are one for each core but one, which is left to tiles.
"""

from collections.abc import Callable

from geoservice.release.protocols import ReleaseStore
from geoservice.server.jobs.options import JobLimits, JobTexts, processes_of_worker
from geoservice.server.jobs.pool import JobPool
from geoservice.settings import Settings

MAX_QUESTIONS = 64
"""Questions of one worker that are answered or wait."""
QUESTIONS_A_SECOND = 30
SECONDS = 30.0
"""Time limit of a question; the first one of a release reads its arrays."""
NICE = 5
"""Niceness relative to the serving processes, and less than that of drawings."""
IDLE_S = 900.0
"""Seconds after which an idle process is ended: planners think between two edits."""
TEXTS = JobTexts(
    name="question",
    failed="the question could not be answered",
    lost="the process that answered the question has died; try again in a moment",
    timed_out="the question took too long; ask one with fewer edits",
    refused="{cost} questions are being answered or wait, and the limit is {limit}; try again in a moment",
)


def question_pool(store: ReleaseStore, settings: Settings, observe: Callable[[float], None] = lambda _: None) -> JobPool:
    """Return a worker's pool; ``observe`` is called with the seconds that each question took."""
    limits = JobLimits(
        processes=processes_of_worker(settings.workers, spare=1),
        max_cost=MAX_QUESTIONS,
        cost_a_second=QUESTIONS_A_SECOND,
        seconds=SECONDS,
        nice=NICE,
        open_releases=1,
        idle_s=IDLE_S,
        modules=(
            "geoservice.server.processes.live_task",
            "geoservice.server.processes.live_engine",
            "geoservice.server.gazetteer.geocode_answer",
        ),
    )
    return JobPool(store, limits, TEXTS, settings.log_level, observe)
