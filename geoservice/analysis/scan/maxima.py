"""The largest statistic of each replication."""

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from geoservice.analysis.scan.intervals import Intervals
from geoservice.analysis.scan.kernels import Statistic, raise_maxima, threshold_table
from geoservice.analysis.scan.replications import NullMaps
from geoservice.analysis.scan.windows import Windows
from geoservice.geo import Floats, Int32s

LANES = 64
"""Replications that one call of the kernel searches together."""
_STEP, _LEVELS = 0.25, 64
_CELLS = (64, 16_384)
_MEMORY = 128_000_000
"""Bytes of draws that are held at a time."""


@dataclass(frozen=True)
class Thresholds:
    """Threshold tables for high and low rates; see :mod:`geoservice.analysis.scan.kernels`."""

    high: Int32s
    low: Int32s

    @classmethod
    def of(cls, statistic: Statistic, unit: float) -> "Thresholds":
        """Return tables whose cells are narrow beside the standard deviation of a count."""
        cells = min(max(ceil(16 * sqrt(statistic.cases)), _CELLS[0]), _CELLS[1])

        def table(direction: int) -> Int32s:
            one_way = statistic._replace(direction=direction)
            return np.asarray(threshold_table(one_way, unit, cells, _LEVELS, _STEP, direction > 0), np.int32)

        if statistic.direction:
            return cls(*[table(statistic.direction)] * 2)  # the other one is not read
        return cls(table(1), table(-1))


@dataclass(frozen=True)
class Simulation:
    """Replications of a scan, and what the search for their maxima needs besides windows."""

    null: NullMaps
    times: Intervals
    thresholds: Thresholds
    statistic: Statistic
    replications: int

    @classmethod
    def of(cls, null: NullMaps, times: Intervals, statistic: Statistic, replications: int) -> "Simulation":
        """Return a simulation with the threshold tables of the null hypothesis."""
        return cls(null, times, Thresholds.of(statistic, null.unit), statistic, replications)

    def parts(self, pool: Executor) -> Iterator["Part"]:
        """Yield the replications in parts whose draws fit the memory; one part without any if there are none."""
        groups = [range(begin, min(begin + LANES, self.replications)) for begin in range(0, self.replications, LANES)]
        held = max(_MEMORY // (self.null.measure.size * LANES * np.dtype(np.int32).itemsize), 1)
        for begin in range(0, max(len(groups), 1), held):
            part = groups[begin : begin + held]
            yield Part(self, part, list(pool.map(self._draws, part)), [np.zeros(len(group)) for group in part])

    def _draws(self, replications: range) -> Int32s:
        """Return replications as the kernel takes them: sums over time; shape ``(n, periods * replications)``."""
        n, periods = self.null.measure.shape
        drawn = np.empty((n, periods, len(replications)), np.int32)
        for lane, replication in enumerate(replications):
            np.cumsum(self.null.draw(replication), axis=1, dtype=np.int32, out=drawn[:, :, lane])
        return drawn.reshape(n, periods * len(replications))


@dataclass(frozen=True)
class Part:
    """Some replications, in groups that one call of the kernel searches."""

    simulation: Simulation
    groups: list[range]
    draws: list[Int32s]
    group_maxima: list[Floats]

    @property
    def first(self) -> int:
        """The number of the first replication."""
        return self.groups[0].start if self.groups else 0

    @property
    def count(self) -> int:
        """The number of replications."""
        return sum(len(group) for group in self.groups)

    @property
    def maxima(self) -> Floats:
        """The largest statistic of each replication over the windows so far; shape ``(count,)``."""
        return np.concatenate([np.empty(0), *self.group_maxima])

    def raise_maxima(self, windows: Windows, penalty: float, pool: Executor) -> Iterator[float]:
        """Raise the maxima to those over windows of one form; yield the share of the groups that is done."""
        pairs = zip(self.draws, self.group_maxima, strict=True)
        tasks = [pool.submit(self._raise_group, windows, penalty, draws, maxima) for draws, maxima in pairs]
        for done, task in enumerate(tasks, 1):
            task.result()
            yield done / len(tasks)

    def _raise_group(self, windows: Windows, penalty: float, draws: Int32s, maxima: Floats) -> None:
        given = self.simulation
        raise_maxima(
            windows.start,
            windows.order,
            windows.stop,
            np.cumsum(given.null.measure, axis=1),
            draws,
            given.times.first,
            given.times.last,
            given.thresholds.high,
            given.thresholds.low,
            _STEP,
            penalty,
            given.null.unit,
            given.statistic,
            maxima,
        )
