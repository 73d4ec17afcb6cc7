"""The averaging index: how well the noise of a region could be averaged away.

A region's count can be had from the region itself, and once more from every way of cutting it into published parts. A cut into
n parts adds n draws of noise, so it says 1/n of what the region's own number says. The index of a region is the sum of 1/n
over all published cuts of it, the region itself included; the variance of the best estimate is not below V / index. A cut
whose parts are the very sets of another cut draws the same noise and adds nothing.
"""

from dataclasses import dataclass, field

import numpy as np

from geoservice.disclosure.keys import cell_keys, mix
from geoservice.disclosure.rules import Atoms, Regions
from geoservice.geo import Bools, Floats, Int32s, Ints, Keys

LIMIT = 2.0
Family = tuple[str, ...]


@dataclass
class _Target:
    region: Int32s
    index: Floats
    seen: list[Keys] = field(default_factory=list)


@dataclass
class Ledger:
    """Keeps the index of every published region; blocks are admitted in the order of their importance.

    ``levels`` are the area levels, nested in one another. Blocks are compared inside a family: what counts everybody of a
    group, or what counts those within (or beyond) the same time of the same trip. In the second kind of family, two blocks
    that share no atom are also taken together as a cut of the group's whole. Regions given with repeated atoms overlap and
    are no cut of anything.
    """

    levels: tuple[str, ...]
    limit: float = LIMIT
    worst: float = 1.0
    withheld: int = 0
    _targets: dict[Family, list[_Target]] = field(default_factory=dict)

    def admit(self, block: Regions, demand: Atoms) -> bool:
        """Whether the block may be released; when not, release it with ``withheld=True``, which suppresses all of it."""
        if block.atom is not None:
            return True
        family = self._family(block)
        targets = self._targets.setdefault(family, [])
        mine = _Target(block.region, np.ones(len(block.units)))
        nested = block.minutes and block.geography in self.levels and len(self.levels) <= 3  # 1 + 1/2 + 1/3 < 2
        changes: list[tuple[_Target, Floats, Keys]] = []
        if not nested:
            changes += [_cut(t, block.region, demand.key) for t in targets]
            for t in targets:
                self._spend(mine, *_cut(mine, t.region, demand.key)[1:])
        changes += self._complements(block, demand, targets)
        after = [float((t.index + add).max(initial=0)) for t, add, _ in changes] + [float(mine.index.max(initial=1))]
        if max(after) > self.limit + 1e-9:
            self.withheld += 1
            return False
        for change in changes:
            self._spend(*change)
        self.worst = max(self.worst, *after)
        targets.append(mine)
        return True

    def _complements(self, block: Regions, demand: Atoms, others: list[_Target]) -> list[tuple[_Target, Floats, Keys]]:
        """Cuts of the whole that this block makes together with one that holds the rest."""
        if not block.minutes or block.geography in self.levels:
            return []
        changes = []
        for other in others:
            if not ((other.region >= 0) & (block.region >= 0)).any():
                shifted = np.where(block.region >= 0, block.region + len(other.index), other.region).astype(np.int32)
                changes += [_cut(t, shifted, demand.key) for t in self._targets.get((block.group,), [])]
        return changes

    @staticmethod
    def _family(block: Regions) -> Family:
        whole: Family = (block.group,)
        return (*whole, block.service, block.tier, block.mode, str(block.nth), str(block.minutes)) if block.minutes else whole

    @staticmethod
    def _spend(target: _Target, add: Floats, signature: Keys) -> None:
        target.index += add
        target.seen.append(signature)


def _cut(target: _Target, parts: Int32s, key: Keys) -> tuple[_Target, Floats, Keys]:
    """What the parts add to each region of the target, and a signature of the parts of each."""
    n, signature = cut(target.region, len(target.index), parts, key)
    new = n > 1  # one part is the region itself: the same set, the same noise
    for seen in target.seen:
        new &= signature != seen
    return target, np.where(new, 1 / np.maximum(n, 1), 0.0), signature


def cut(region: Int32s, regions: int, part: Int32s, key: Keys) -> tuple[Ints, Keys]:
    """Into how many parts each region is cut exactly, 0 where it is not.

    Parameters
    ----------
    region : int32 array, shape (atoms,)
        Region of each atom, -1 for none.
    regions : int
        Number of regions.
    part : int32 array, shape (atoms,)
        Part of each atom, -1 for none.
    key : uint64 array, shape (atoms,)

    Returns
    -------
    (int64 array, uint64 array), shapes (regions,)
        Number of parts; a signature that two cuts share when their parts are the same sets.

    Examples
    --------
    >>> region, part = np.array([0, 0, 0, 1], np.int32), np.array([0, 1, 1, -1], np.int32)
    >>> cut(region, 2, part, np.arange(4, dtype=np.uint64))[0].tolist()
    [2, 0]
    """
    parts = int(part.max(initial=-1)) + 1
    inside = part >= 0
    low, high = np.full(parts, regions, np.int32), np.full(parts, -1, np.int32)
    np.minimum.at(low, part[inside], region[inside])
    np.maximum.at(high, part[inside], region[inside])
    whole: Bools = (low == high) & (high >= 0)
    good = inside.copy()
    good[inside] = whole[part[inside]]
    broken = np.zeros(regions, bool)
    broken[region[(region >= 0) & ~good]] = True
    of_part = np.where(whole, high, -1)
    n = np.bincount(of_part[of_part >= 0], minlength=regions)
    signature = cell_keys(of_part.astype(np.int32), regions, mix(cell_keys(part, parts, key), "part"))
    return np.where(broken, 0, n).astype(np.int64), signature
