"""The columns of a table that hold population pyramids."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geoservice.age_labels import AgeLabel, age_label, narrowest_groups
from geoservice.analysis.projections.pyramid import AgeGroups
from geoservice.errors import InputError, MissingColumn
from geoservice.geo import Floats

SEXES = ("female", "male")
"""Order of the axis of sexes; a pyramid without sex has one sex, ``all``."""


@dataclass(frozen=True)
class PyramidColumns:
    """The columns of a table that hold a pyramid: ``columns[sex][group]`` are added up."""

    ages: AgeGroups
    sexes: tuple[str, ...]
    columns: tuple[tuple[tuple[str, ...], ...], ...]

    def read(self, table: Mapping[str, ArrayLike]) -> Floats:
        """Return the pyramids of the rows of a table, shape ``(rows, sexes, ages)``."""
        groups = [[sum((np.asarray(table[c], np.float64) for c in names), np.zeros(())) for names in s] for s in self.columns]
        return np.moveaxis(np.asarray(groups, np.float64), -1, 0)


def pyramid_columns(names: Iterable[str], width: int = 5) -> PyramidColumns:
    """Return the columns of a pyramid among the columns of a table, from their names.

    Of columns that overlap, the narrowest are used: ``0``, ``1-4``, ``5-9`` rather than ``0-14``. If there are columns by sex
    and for both sexes together, those by sex are used.

    Parameters
    ----------
    names : iterable of str
        Column names in the notations of :func:`age_label`; others are ignored.
    width : int, years
        Narrower groups are added up to this width.

    Raises
    ------
    MissingColumn
        The ages from 0 to an open group are not covered.
    InputError
        An age group crosses a limit of the groups, or both sexes differ in their open group.

    Examples
    --------
    >>> found = pyramid_columns(["town", "age_0", "age_1_4", "age_5_9", "age_10p", "age_0_9"])
    >>> found.sexes, found.ages.labels, found.columns[0]
    (('all',), ('0-4', '5-9', '10+'), (('age_0', 'age_1_4'), ('age_5_9',), ('age_10p',)))
    >>> found.read({"age_0": [1, 2], "age_1_4": [3, 4], "age_5_9": [5, 6], "age_10p": [7, 8]})[1].tolist()
    [[6.0, 6.0, 8.0]]
    """
    labels = [(name, label) for name in names if (label := age_label(name)) is not None]
    partitions = {sex: _partition([(n, a) for n, a in labels if a.sex == sex]) for sex in (*SEXES, "all")}
    sexes = SEXES if all(partitions[s][1] is None for s in SEXES) else ("all",)
    if gap := partitions[sexes[0]][1]:
        raise MissingColumn(f"pyramid: no column for {gap}; needed are the ages from 0 to an open group such as 85+")
    chosen = [partitions[s][0] for s in sexes]
    ages = _groups(chosen, width)
    return PyramidColumns(ages, sexes, tuple(_by_group(part, ages) for part in chosen))


def _partition(labels: Sequence[tuple[str, AgeLabel]]) -> tuple[list[tuple[str, AgeLabel]], str | None]:
    """Return the columns of the narrowest groups, and the first gap; see :func:`narrowest_groups`."""
    groups, gap = narrowest_groups(label for _, label in labels)
    names = {label: name for name, label in reversed(labels)}
    return [(names[label], label) for label in groups], gap


def _groups(partitions: Sequence[Sequence[tuple[str, AgeLabel]]], width: int) -> AgeGroups:
    labels = [label for part in partitions for _, label in part]
    width = max([width, *(label.last - label.first + 1 for label in labels if label.last is not None)])
    opens = {label.first for label in labels if label.last is None}
    if len(opens) > 1 or min(opens) % width:
        raise InputError(f"pyramid: open age groups from {sorted(opens)}, allowed is one, a multiple of {width}")
    return AgeGroups(width, opens.pop())


def _by_group(part: Sequence[tuple[str, AgeLabel]], ages: AgeGroups) -> tuple[tuple[str, ...], ...]:
    groups: list[list[str]] = [[] for _ in ages.labels]
    for name, label in part:
        group = label.first // ages.width
        if label.last is not None and label.last // ages.width != group:
            raise InputError(f"pyramid: column {name} crosses a limit of the age groups {', '.join(ages.labels)}")
        groups[group].append(name)
    return tuple(map(tuple, groups))
