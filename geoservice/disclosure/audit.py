"""The last look before a release is written: whether the table keeps the rules, and whether anything could be worked out."""

import math
from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from geoservice.disclosure.averaging import LIMIT
from geoservice.disclosure.keys import count_sums
from geoservice.disclosure.rules import COLUMNS, RELEASED, SUPPRESSED, Atoms, Profile, Regions, is_count
from geoservice.errors import DisclosureError
from geoservice.geo import Bools, Ints

RATIOS: Mapping[str, tuple[str, ...]] = {"covered_share": ("covered_persons",), "load": ("catchment_persons", "served_persons")}
"""Ratios by the counts, any of them, that must be released in the same row of dimensions."""


def audit_table(frame: pd.DataFrame, profile: Profile, averaging: float | None = None) -> dict[str, object]:
    """Check a whole release table against the rules.

    Parameters
    ----------
    frame : DataFrame
        Rows with the columns ``COLUMNS``.
    profile : Profile
        The protection that was promised.
    averaging : float, optional
        The worst averaging index of the run (:attr:`geoservice.disclosure.averaging.Ledger.worst`).

    Returns
    -------
    dict
        Counts of what was checked, for the manifest. It holds no noise parameters: these are not published.

    Raises
    ------
    DisclosureError
        A rule is broken; the message names the rule, the measure and how many rows break it.
    """
    if missing := [c for c in COLUMNS if c not in frame.columns]:
        raise DisclosureError(f"audit: the table lacks the columns {missing}")
    value = frame["value"].to_numpy(float)
    status = frame["status"].astype("object")
    count = is_count(frame["measure"])
    known, blank = status.isin([RELEASED, SUPPRESSED]).to_numpy(bool), (status == SUPPRESSED).to_numpy(bool)
    _refuse(frame, ~known, f"status must be {RELEASED!r} or {SUPPRESSED!r}")
    _refuse(frame, np.isnan(value) != blank, "a value must be null exactly when it is suppressed")
    _refuse(frame, np.isinf(value), "a value must be finite")
    _refuse(frame, count & (value < profile.threshold), "a count below the threshold must be suppressed")
    _refuse(frame, count & ~blank & (value % profile.rounding != 0), "a count must be rounded as the profile says")
    _refuse(frame, frame.duplicated(list(COLUMNS[:-2])).to_numpy(bool), "a number must not be given twice")
    _refuse(frame, _bare_persons(frame, value), "persons must be suppressed where households are")
    for ratio, parts in RATIOS.items():
        _refuse(frame, _without_parts(frame, ratio, parts), "a ratio must be suppressed where a part of it is")
    if averaging is not None and averaging > LIMIT + 1e-9:
        raise DisclosureError(f"audit: the averaging index is {averaging:.2f}, allowed is {LIMIT:g}")
    return {
        "profile": profile.name,
        "rows": len(frame),
        "released": int((~blank).sum()),
        "suppressed": int(blank.sum()),
        "counts": int(count.sum()),
        # to the tenth above: 1 + 1/n to the last digit would tell n, the places that anybody lives in
        "averaging_index": None if averaging is None else math.ceil(10 * averaging - 1e-9) / 10,
        "rules": ["null_iff_suppressed", "threshold", "rounding", "unique", "persons_need_households", "ratios_need_parts"],
    }


def _refuse(frame: pd.DataFrame, broken: Bools, rule: str) -> None:
    if broken.any():
        measures = sorted({str(m) for m in frame["measure"].to_numpy()[broken]})
        raise DisclosureError(f"audit: {rule}; {int(broken.sum())} rows of {measures} break it")


def _keys(frame: pd.DataFrame) -> pd.Series:
    return pd.util.hash_pandas_object(frame[[c for c in COLUMNS[:-2] if c != "measure"]], index=False)


def _bare_persons(frame: pd.DataFrame, value: np.ndarray) -> Bools:
    """Persons released although the households of the same set were looked at and suppressed."""
    broken = np.zeros(len(frame), bool)
    measure = frame["measure"].astype("object")
    for name in pd.unique(measure):
        if str(name).endswith("persons"):
            persons = ((measure == name).to_numpy(bool)) & ~np.isnan(value)
            households = (measure == str(name).removesuffix("persons") + "households").to_numpy(bool) & np.isnan(value)
            if households.any() and persons.any():
                broken[persons] = np.isin(_keys(frame[persons]), _keys(frame[households]))
    return broken


def _without_parts(frame: pd.DataFrame, ratio: str, parts: tuple[str, ...]) -> Bools:
    released = (frame["status"] == RELEASED).to_numpy(bool)
    broken = (frame["measure"] == ratio).to_numpy(bool) & released
    if broken.any():
        there = frame["measure"].isin(parts).to_numpy(bool) & released
        broken[broken] = ~np.isin(_keys(frame[broken]), _keys(frame[there]))
    return broken


def audit_blocks(blocks: Iterable[Regions], demands: Mapping[str, Atoms], k: int) -> int:
    """Check that every region is a union of atoms of at least ``k`` households, so that any two differ by nobody or ``k``.

    Where a group and everybody are both counted in a region, the others must be nobody or ``k`` as well.

    Returns how many regions were looked at; raises :class:`DisclosureError` naming the group or geography.
    """
    blocks = list(blocks)
    for group, demand in demands.items():
        if len(demand.households) and int(demand.households.min()) < k:
            raise DisclosureError(f"audit: group {group} has atoms of fewer than {k} households")
    regions = 0
    for block in blocks:
        atoms = len(demands[block.group].households)
        if len(block.region) != (atoms if block.atom is None else len(block.atom)):
            raise DisclosureError(f"audit: regions of {block.geography} are not made of the atoms of group {block.group}")
        regions += len(block.units)
    _refuse_few_others(blocks, demands, k)
    return regions


def _refuse_few_others(blocks: Iterable[Regions], demands: Mapping[str, Atoms], k: int) -> None:
    whole = [b for b in blocks if not b.minutes and b.atom is None]
    everybody = {(b.geography, tuple(b.units)): _households(b, demands["all"]) for b in whole if b.group == "all"}
    for block in whole:
        both = everybody.get((block.geography, tuple(block.units)))
        if block.group != "all" and both is not None:
            mine = _households(block, demands[block.group])
            others = np.where((mine > 0) & (both > 0), both - mine, 0)
            if ((others != 0) & (others < k)).any():
                raise DisclosureError(f"audit: {block.geography}: group {block.group} leaves fewer than {k} others in a region")


def _households(block: Regions, demand: Atoms) -> Ints:
    return count_sums(block.region, len(block.units), demand.households)


def differencing_leaks(published: Bools, households: Ints, k: int) -> list[tuple[int, ...]]:
    """Find small sets whose exact count follows from exact published sums.

    A set's count follows from the others by adding and subtracting exactly when its indicator lies in the row space of the
    published sets. Looked at are single units, and what one published set has and another has not.

    Parameters
    ----------
    published : bool array, shape (sets, units)
        Which units each published sum covers.
    households : int64 array, shape (units,)
        Households of each unit.
    k : int
        Sets of 1 to ``k - 1`` households are small.

    Returns
    -------
    list of tuples of int
        The units of each small set that can be worked out.

    Examples
    --------
    A total of 100 beside its parts 15, 40, 26 and 16 (EU guidelines on the confidentiality of geo-referenced data):

    >>> published = np.array([[1, 1, 1, 1, 1], *np.eye(5)[:4]], bool)
    >>> differencing_leaks(published, np.array([15, 40, 26, 16, 3]), 10)
    [(4,)]
    """
    units = len(households)
    wanted: set[tuple[int, ...]] = {(u,) for u in range(units)}
    for a, b in combinations(np.asarray(published, bool), 2):
        wanted |= {tuple(np.flatnonzero(only).tolist()) for only in (a & ~b, b & ~a)}
    small = sorted(s for s in wanted if s and 0 < int(households[list(s)].sum()) < k)
    if not small or not len(published):
        return []
    target = np.zeros((len(small), units))
    for row, members in enumerate(small):
        target[row, list(members)] = 1
    solution = np.linalg.lstsq(published.T.astype(float), target.T, rcond=None)[0]
    exact = np.abs(published.T @ solution - target.T).max(axis=0) < 1e-9
    return [s for s, known in zip(small, exact, strict=True) if known]
