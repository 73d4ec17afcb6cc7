"""The rules of release: profiles, sums of regions, and what becomes of a sum before anyone sees it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from geoservice.disclosure.keys import cell_keys, count_sums, mix
from geoservice.disclosure.noise import p_table, perturb
from geoservice.errors import DisclosureError
from geoservice.geo import Floats, Int32s, Ints, Keys

SUPPRESSED, RELEASED = "suppressed", "released"
COLUMNS = ("geography", "unit", "measure", "service", "tier", "mode", "nth", "group", "minutes", "value", "status")
COUNTS = ("households", "persons")
"""Measures that end in one of these words are counts: they pass the threshold and the rounding wherever they come from."""


@dataclass(frozen=True)
class Profile:
    """How much protection a release gets.

    Noise of at most ``D`` and variance ``V`` that never leaves ``1..js``; counts below ``threshold`` are suppressed; counts are
    rounded to multiples of ``rounding``; ``k`` is the least number of households in an atom.
    """

    name: str
    D: int
    V: float
    js: int
    threshold: int
    rounding: int = 1
    k: int = 10


PROFILES: Mapping[str, Profile] = {
    p.name: p
    for p in (
        Profile("internal", 5, 3, 2, threshold=5),
        Profile("planner", 8, 6, 4, threshold=10),
        Profile("public", 10, 9, 4, threshold=20, rounding=5),
    )
}


class Atoms(Protocol):
    """What is needed of a group's atoms: :class:`geoservice.analysis.base.Demand` is one."""

    @property
    def group(self) -> str:
        """Return the group's name."""
        ...

    @property
    def households(self) -> Ints:
        """Return households of each atom."""
        ...

    @property
    def persons(self) -> Ints:
        """Return persons of each atom."""
        ...

    @property
    def key(self) -> Keys:
        """Return the key of each atom."""
        ...


class Regions(Protocol):
    """What is needed of a block of regions: :class:`geoservice.analysis.base.Block` is one."""

    @property
    def geography(self) -> str: ...  # noqa: D102 - the fields are documented at Block
    @property
    def units(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def region(self) -> Int32s: ...  # noqa: D102
    @property
    def group(self) -> str: ...  # noqa: D102
    @property
    def households(self) -> str | None: ...  # noqa: D102
    @property
    def persons(self) -> str | None: ...  # noqa: D102
    @property
    def atom(self) -> Int32s | None: ...  # noqa: D102
    @property
    def service(self) -> str: ...  # noqa: D102
    @property
    def tier(self) -> str: ...  # noqa: D102
    @property
    def mode(self) -> str: ...  # noqa: D102
    @property
    def nth(self) -> int: ...  # noqa: D102
    @property
    def minutes(self) -> int: ...  # noqa: D102


class Sums(NamedTuple):
    """Exact sums of regions; private. Shapes ``(regions,)``."""

    households: Ints
    persons: Ints
    key: Keys


def tally(region: Int32s, n_regions: int, atom: Int32s | None, households: Ints, persons: Ints, key: Keys) -> Sums:
    """Add atoms up to regions.

    Parameters
    ----------
    region : int32 array, shape (m,)
        Region of each entry, -1 for none.
    n_regions : int
        Number of regions.
    atom : int32 array, shape (m,), or None
        Atom of each entry; None: each atom once, in order.
    households, persons : int64 arrays, shape (atoms,)
        Counts of each atom.
    key : uint64 array, shape (atoms,)
        Keys of the atoms.

    Returns
    -------
    Sums

    Raises
    ------
    DisclosureError
        Lengths differ, a region is out of range, or an atom is in one region twice.

    Examples
    --------
    >>> one = np.array([10, 20, 30])
    >>> s = tally(np.array([1, 1, -1], np.int32), 2, None, one, 2 * one, one.astype(np.uint64))
    >>> s.households.tolist(), s.persons.tolist()
    ([0, 30], [0, 60])
    """
    if len(region) != (len(households) if atom is None else len(atom)) or (len(region) and int(region.max()) >= n_regions):
        raise DisclosureError(f"tally: got {len(region)} entries for {len(households)} atoms and {n_regions} regions")
    if atom is not None:
        inside = region >= 0
        if len(np.unique(region[inside].astype(np.int64) * len(households) + atom[inside])) != int(inside.sum()):
            raise DisclosureError("tally: an atom is in one region twice")
        households, persons, key = households[atom], persons[atom], key[atom]
    return Sums(
        count_sums(region, n_regions, households),
        count_sums(region, n_regions, persons),
        cell_keys(region, n_regions, key),
    )


def _measured(kind: str, group: str) -> str:
    """Name mixed into keys. Groups draw their own noise: equal numbers must not say that a region has nobody else."""
    return kind if group in ("", "all") else f"{kind}:{group}"


def _persons_key(key: Keys, persons: Ints) -> Keys:
    """Key of a sum of persons: the set and the sum itself.

    By the set alone, a child born between two releases would change the sum and leave the noise: the difference would be exact.
    """
    return np.asarray(key ^ mix(persons.astype(np.uint64), "persons of the set"), np.uint64)


def _noisy(count: Ints, key: Keys, kind: str, group: str, profile: Profile) -> Floats:
    noisy = perturb(count, mix(key, _measured(kind, group)), p_table(profile.D, profile.V, profile.js))
    rounded = profile.rounding * np.rint(noisy / profile.rounding)
    return np.where((count >= profile.threshold) & (noisy >= profile.threshold), rounded, np.nan)


def disclose(
    sums: Sums,
    households_measure: str | None,
    persons_measure: str | None,
    dims: Mapping[str, object],
    profile: Profile,
    units: Sequence[str],
    *,
    withheld: bool = False,
) -> pd.DataFrame:
    """Turn exact sums into rows that may be published.

    A count is released when both the true and the perturbed count reach the threshold; persons only where the households of
    the same region do. Zero, small and empty are one token, ``suppressed``; every unit gets a row.

    Parameters
    ----------
    sums : Sums
        Exact sums of the regions.
    households_measure, persons_measure : str or None
        Names of the measures; None leaves the measure out.
    dims : mapping
        ``geography``, ``group`` and the other dimensions of the release table.
    profile : Profile
        Protection.
    units : sequence of str, shape (regions,)
        Names of the regions.
    withheld : bool
        Suppress everything (the averaging budget is spent).

    Returns
    -------
    DataFrame with the columns ``COLUMNS``.
    """
    return _rows([_answer(sums, households_measure, persons_measure, dims, profile, units, withheld=withheld)])


class _Answer(NamedTuple):
    """What one block is answered with: its dimensions, its units, and the values of each measure."""

    dims: Mapping[str, object]
    units: Sequence[str]
    values: Mapping[str, Floats]


def _answer(
    sums: Sums,
    households_measure: str | None,
    persons_measure: str | None,
    dims: Mapping[str, object],
    profile: Profile,
    units: Sequence[str],
    *,
    withheld: bool,
) -> _Answer:
    group = str(dims.get("group", ""))
    households = _noisy(sums.households, sums.key, "households", group, profile)
    persons = _noisy(sums.persons, _persons_key(sums.key, sums.persons), "persons", group, profile)
    persons[np.isnan(households)] = np.nan
    named = {m: v for m, v in ((households_measure, households), (persons_measure, persons)) if m is not None}
    return _Answer(dims, units, {m: np.full_like(v, np.nan) for m, v in named.items()} if withheld else named)


def _rows(answers: Sequence[_Answer]) -> pd.DataFrame:
    """Answers below one another as rows of the release table, made in one go: a frame a block would take most of the time."""
    parts = [(a, measure, value) for a in answers for measure, value in a.values.items()]
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    size = np.array([len(value) for _, _, value in parts])

    def spread(words: list[object], kind: type) -> "np.ndarray[tuple[int], np.dtype[Any]]":
        return np.repeat(np.array(words, kind), size)

    value = np.concatenate([v for _, _, v in parts])
    columns = {
        **{
            d: spread([a.dims.get(d, "") for a, _, _ in parts], object)
            for d in ("geography", "service", "tier", "mode", "group")
        },
        **{d: spread([int(str(a.dims.get(d, 0))) for a, _, _ in parts], np.int32) for d in ("nth", "minutes")},
        "unit": np.concatenate([np.asarray(a.units, object) for a, _, _ in parts]),
        "measure": spread([m for _, m, _ in parts], object),
        "value": value,
        "status": np.where(np.isnan(value), SUPPRESSED, RELEASED).astype(object),
    }
    return pd.DataFrame(columns, columns=list(COLUMNS))


class Looked(NamedTuple):
    """A block on its way out: the atoms it is made of, and whether the averaging budget lets it pass."""

    block: Regions
    demand: Atoms
    withheld: bool = False


def release_blocks(looked: Iterable[Looked], profile: Profile) -> pd.DataFrame:
    """Add up blocks of regions and disclose them; each block's group must be the atoms'.

    Raises
    ------
    DisclosureError
        A block is of another group, or its arrays do not fit the atoms.
    """
    answers = []
    for block, demand, withheld in looked:
        if block.group != demand.group:
            raise DisclosureError(f"block of group {block.group!r} on atoms of group {demand.group!r}")
        sums = tally(block.region, len(block.units), block.atom, demand.households, demand.persons, demand.key)
        dims = {d: getattr(block, d) for d in ("geography", "group", "service", "tier", "mode", "nth", "minutes")}
        answers.append(_answer(sums, block.households, block.persons, dims, profile, block.units, withheld=withheld))
    return _rows(answers)


def release_block(block: Regions, demand: Atoms, profile: Profile, *, withheld: bool = False) -> pd.DataFrame:
    """Release one block: see :func:`release_blocks`."""
    return release_blocks([Looked(block, demand, withheld)], profile)


def is_count(measure: pd.Series) -> np.ndarray:
    """Which rows are counts of households or persons, by the name of their measure."""
    names = pd.unique(measure)
    counts = [n for n in names if str(n).endswith(COUNTS)]
    return measure.isin(counts).to_numpy(bool)
