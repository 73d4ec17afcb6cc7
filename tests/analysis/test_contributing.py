"""The example of CONTRIBUTING.md is an analysis that runs and has the right results."""

import doctest
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from toy_district import MS_PER_METRE, STATIONS, TRIP

from geoservice.analysis.base import UNREACHED, Times
from geoservice.analysis.frames import ROWS, stack
from geoservice.demand import Quantity

PAGE = Path(__file__).parents[2] / "CONTRIBUTING.md"


@pytest.fixture(scope="module")
def choice():
    source = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert source
    module = ModuleType("choice")
    exec(compile(source[1], PAGE.name, "exec"), vars(module))
    return module


def test_its_doctests_hold(choice):
    assert doctest.testmod(choice) == (0, 2)


def test_its_counts_equal_brute_force(choice, context, homes):
    metres = (np.abs(homes[0][:, None] - STATIONS[:, 0]) + np.abs(homes[1][:, None] - STATIONS[:, 1])).max(axis=1)
    ms = np.rint(metres * MS_PER_METRE).astype(np.int32)
    ms[ms > 15 * 60_000] = UNREACHED
    travel = {**context.demand.travel, TRIP._replace(nth=2): Times(ms, np.full(len(ms), -1, np.int32))}
    demand = replace(context.demand, travel=travel)
    rows = choice.analyse(replace(context, demand=demand), choice.Params(standards={"clinic": 10}), stack([])).rows
    assert rows.schema.names == ROWS.names
    frame = rows.to_pandas().set_index("unit")
    persons = demand.surface.values[Quantity("persons")]
    for unit, inside in {"1": homes[0] > 0, "11": homes[0] < 1000, "12": homes[0] >= 1000}.items():
        expected = persons[inside & (metres * MS_PER_METRE <= 600_000)].sum()
        assert frame.loc[unit, "value"] == pytest.approx(expected)
    assert frame.loc["11", "value"] > 0
