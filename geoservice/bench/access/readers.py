"""Readers who drag stations at once, in a process of their own, so that they do not hold up whoever measures something else."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, sleep

from geoservice.bench.access.questions import TIMEOUT, Json, Trip, ask, moves
from geoservice.bench.serve.load import Client

PAUSE_S = 0.08
"""Seconds between an answer and the next question: the page asks no more often."""


def drag_at_once(url: str, trip: Trip, places: Sequence[Json], metres: float, readers: int, seconds: float) -> int:
    """Return the number of questions that were answered to all readers."""
    until = perf_counter() + seconds

    def reader(seed: int) -> int:
        client, questions, count = Client(url, TIMEOUT), moves(trip, places, metres, seed), 0
        while perf_counter() < until:
            ask(client, "station-scenario", next(questions))
            sleep(PAUSE_S)
            count += 1
        return count

    with ThreadPoolExecutor(readers) as pool:
        return sum(pool.map(reader, range(readers)))
