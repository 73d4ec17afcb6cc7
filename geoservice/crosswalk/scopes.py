"""The scopes within which names are compared: the areas above, as far as they are matched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse
from scipy.sparse.csgraph import connected_components

from geoservice.crosswalk.coded_areas import CodedAreas

Pair = tuple[str, str]
"""The codes of an area and of its counterpart."""
TOP = -1
"""The scope of areas without an area above them."""


@dataclass
class Scopes:
    """The scope of the names inside each area, by side: areas that are matched with one another are one scope.

    ``matched`` are the codes of either side that have a counterpart.
    """

    numbers: tuple[dict[str, int], dict[str, int]] = field(default_factory=lambda: ({}, {}))
    matched: tuple[set[str], set[str]] = field(default_factory=lambda: (set(), set()))
    count: int = 0

    def add(self, ours: Sequence[str], theirs: Sequence[str], pairs: Sequence[Pair]) -> None:
        """Add the areas of a level and their matches."""
        rows, columns = {code: i for i, code in enumerate(ours)}, {code: len(ours) + i for i, code in enumerate(theirs)}
        ends = np.array([(rows[one], columns[other]) for one, other in pairs], np.int64).reshape(-1, 2)
        size = len(ours) + len(theirs)
        graph = scipy.sparse.coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
        count, label = connected_components(graph, directed=False)
        labels = (label + self.count).tolist()
        self.numbers[0].update(zip(ours, labels[: len(ours)], strict=True))
        self.numbers[1].update(zip(theirs, labels[len(ours) :], strict=True))
        self.count += int(count)
        for side in (0, 1):
            self.matched[side].update(pair[side] for pair in pairs)

    def names(self, side: int, areas: CodedAreas, above: Mapping[str, str | None]) -> dict[str, tuple[int, str]]:
        """Return the scope and the name of areas by code; ``above`` is the area within which each is."""
        numbers = self.numbers[side]
        return {code: (TOP if area is None else numbers[area], areas.names[code]) for code, area in above.items()}
