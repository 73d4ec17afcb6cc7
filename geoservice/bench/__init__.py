"""Benchmarks: every figure measured in one run beside a named peer where there is one, medians over repeats."""

from collections.abc import Callable, Mapping
from typing import Any

from geoservice.bench import network, pipeline

Figures = dict[str, dict[str, Any]]
BENCHES: Mapping[str, Callable[[int], Figures]] = {"network": network.run, "pipeline": pipeline.run}
