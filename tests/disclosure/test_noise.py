import numpy as np
import pytest

from geoservice.disclosure.keys import mix
from geoservice.disclosure.noise import p_table, perturb
from geoservice.disclosure.rules import PROFILES
from geoservice.errors import DisclosureError

LIVE = [(p.D, p.V, p.js) for p in PROFILES.values()]
KEYS = mix(np.arange(200_000, dtype=np.uint64), "test")


def moments(table):
    step = np.arange(table.rows.shape[1]) - np.arange(len(table.rows))[:, None]
    return (table.rows * step).sum(axis=1), (table.rows * step**2).sum(axis=1)


def test_size_of_the_published_example():
    assert len(p_table(5, 3, 2, 0.5).transitions) == 66  # sdcTools ptable, D5 V3 js2 pstay .5


@pytest.mark.parametrize(
    ("D", "V", "js", "stay", "two_to_zero", "two_to_three"),
    [(4, 1.8, 1, 0.296, 0.245, 0.242), (6, 2.5, 2, 0.252, 0.373, 0.515)],
)
def test_published_probabilities(D, V, js, stay, two_to_zero, two_to_three):
    rows = p_table(D, V, js).rows
    assert [round(p, 3) for p in (rows[-1, len(rows) - 1], rows[2, 0], rows[2, 3])] == [stay, two_to_zero, two_to_three]


@pytest.mark.parametrize(("D", "V", "js", "stay"), [(5, 3, 2, 0.229), (8, 6, 4, 0.162), (10, 9, 4, 0.133)])
def test_chance_that_a_large_count_stays(D, V, js, stay):
    rows = p_table(D, V, js).rows
    assert round(rows[-1, len(rows) - 1], 3) == stay


@pytest.mark.parametrize("parameters", [*LIVE, (5, 3, 2, 0.5), (4, 1.8, 1)])
def test_every_row_is_unbiased_with_the_variance_asked_for(parameters):
    bias, variance = moments(p_table(*parameters))
    assert np.abs(bias).max() < 1e-6
    assert np.abs(variance[1:] - parameters[1]).max() < 1e-5
    assert variance[0] == 0


@pytest.mark.parametrize("parameters", LIVE)
def test_small_values_never_come_out(parameters):
    D, _, js = parameters
    for count in range(30):
        out = perturb(np.full(len(KEYS), count), KEYS, p_table(*parameters))
        assert np.abs(out - count).max() <= D
        assert not np.isin(out, np.arange(1, js + 1)).any()


@pytest.mark.parametrize("count", [1, 3, 7, 50, 10_000])
def test_draws_follow_the_table(count):
    table = p_table(8, 6, 4)
    out = perturb(np.full(len(KEYS), count), KEYS, table)
    row = table.rows[min(count, len(table.rows) - 1)]
    shift = count - min(count, len(table.rows) - 1)
    for j in np.flatnonzero(row > 0.01):
        assert abs((out == j + shift).mean() - row[j]) < 0.005


@pytest.mark.parametrize("parameters", [(2, 1, 2), (8, 60, 4), (8, 3, 4), (5, -1, 2), (5, 3, 2, 1.0)])
def test_impossible_parameters_are_refused(parameters):
    with pytest.raises(DisclosureError):
        p_table(*parameters)
