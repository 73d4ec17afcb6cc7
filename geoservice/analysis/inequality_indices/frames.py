"""Inequality of a column of a DataFrame, for notebooks."""

from typing import Any

import numpy as np
import pandas as pd

from geoservice.analysis.frame_inputs import numbers_of
from geoservice.analysis.inequality_indices.fgt import fgt
from geoservice.analysis.inequality_indices.gini import gini
from geoservice.analysis.inequality_indices.palma import palma
from geoservice.analysis.inequality_indices.theil import theil


def inequality_table(
    frame: pd.DataFrame, values: str, persons: str = "persons", by: str | None = None, standard: float | None = None
) -> pd.DataFrame:
    """Return indices of inequality of a column, such as minutes, over the people of the rows.

    Parameters
    ----------
    frame : DataFrame
    values, persons : str
        Columns of the number and of the people of each row; rows without a number are left out.
    by : str, optional
        A column whose values each give a row of the result; by default there is one row, ``all``.
    standard : float, optional
        Adds share, depth and severity beyond it (Foster, Greer and Thorbecke 1984).

    Returns
    -------
    DataFrame
        ``persons``, ``mean``, ``gini``, ``theil`` and ``palma``, and with a standard ``beyond``, ``depth`` and ``severity``.

    Raises
    ------
    ParameterError
        If a column is missing.

    Examples
    --------
    >>> frame = pd.DataFrame({"minutes": [5.0, 5.0, 20.0], "persons": [10, 10, 20]})
    >>> inequality_table(frame, "minutes")[["mean", "gini"]].round(2).to_dict("list")
    {'mean': [12.5], 'gini': [0.3]}
    """
    numbers, people = numbers_of(frame, values, "frame"), numbers_of(frame, persons, "frame")
    groups: Any = pd.Series("all", frame.index) if by is None else frame[by]
    known = np.isfinite(numbers) & (people > 0)
    rows = {}
    for name in pd.unique(groups[known]):
        of = known & (groups == name).to_numpy()
        rows[name] = _row(numbers[of], people[of], standard)
    return pd.DataFrame.from_dict(rows, orient="index")


def _row(values: Any, weights: Any, standard: float | None) -> dict[str, float]:
    row = {
        "persons": float(weights.sum()),
        "mean": float(np.average(values, weights=weights)),
        "gini": gini(values, weights),
        "theil": theil(values, weights),
        "palma": palma(values, weights),
    }
    if standard is not None:
        row |= {name: fgt(values, weights, standard, order) for order, name in enumerate(("beyond", "depth", "severity"))}
    return row
