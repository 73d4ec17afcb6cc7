"""Benchmarks of migrants: spatial statistics beside esda, the scan statistic, the origin-destination table, and accuracy."""

from typing import Any

from geoservice.bench.migrants.accuracy import accuracy
from geoservice.bench.migrants.origins import measure_origin_table
from geoservice.bench.migrants.statistics import statistics


def run(repeat: int) -> dict[str, dict[str, Any]]:
    """Return the medians of ``repeat`` runs in seconds and MB, and the accuracy of synthetic counties."""
    return {**statistics(repeat), **measure_origin_table(), **accuracy(repeat)}
