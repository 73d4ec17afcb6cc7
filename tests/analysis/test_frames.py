"""Rows of the release table."""

import numpy as np

from geoservice.analysis.frames import table


def test_values_that_are_not_finite_become_null_with_a_status() -> None:
    rows = table(np.array([2.0, np.nan, np.inf]), np.array([1.0, 1.0, np.nan]), "nobody", measure="relative_risk").to_pylist()
    assert [r["value"] for r in rows] == [2.0, None, None]
    assert [r["margin"] for r in rows] == [1.0, None, None]
    assert [r["status"] for r in rows] == ["ok", "nobody", "nobody"]
