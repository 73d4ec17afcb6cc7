"""Noise for counts: maximum-entropy perturbation tables.

A table gives, for every true count, the probabilities of the counts that may be published instead: unbiased, of variance
``V``, at most ``D`` away, never one of ``1..js``. Of all such distributions it is the one of greatest entropy, which gives an
attacker the least. After Marley and Leaver, "A method for confidentialising user-defined tables" (ISI 2011) and Giessing,
"Computational issues in the design of transition probabilities and disclosure risk estimation" (PSD 2016).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import linprog, minimize

from geoservice.disclosure.keys import uniform
from geoservice.errors import DisclosureError
from geoservice.geo import Floats, Ints, Keys

_TINY = 1e-9


@dataclass(frozen=True)
class PTable:
    """Transition probabilities. ``rows[i, j]`` is P(true count i is published as j); the last row stands for all larger counts.

    ``cumulative[i, d]`` is the probability of a change of at most ``d - D``.
    """

    D: int
    V: float
    js: int
    rows: Floats
    cumulative: Floats

    @property
    def transitions(self) -> list[tuple[int, int, float]]:
        """Return (true count, published count, probability) of every possible transition."""
        i, j = np.nonzero(self.rows)
        return [(int(a), int(b), float(self.rows[a, b])) for a, b in zip(i, j, strict=True)]


def _maximum_entropy(steps: Floats, mass: float, variance: float) -> Floats:
    """Probabilities over ``steps`` that sum to ``mass``, with mean zero, the given variance, and the greatest entropy."""
    moments = np.vstack([np.ones_like(steps), steps, steps**2])
    wanted = np.array([mass, 0.0, variance])
    extremes = [linprog(sign * steps**2, A_eq=moments[:2], b_eq=wanted[:2]) for sign in (1, -1)]
    if not all(e.success for e in extremes):
        raise DisclosureError(f"no unbiased noise on the steps {steps.tolist()}")
    ends = [np.asarray(e.x, float) for e in extremes]
    low, high = (float(steps**2 @ p) for p in ends)
    if not low - _TINY <= variance <= high + _TINY:
        raise DisclosureError(f"variance {variance:g} cannot be had on the steps {steps.tolist()}: allowed {low:g} to {high:g}")
    for bound, solution in ((low, ends[0]), (high, ends[1])):
        if abs(variance - bound) < _TINY:  # only one distribution has it, and the dual has no finite solution
            return solution

    def dual(w: Floats) -> tuple[float, Floats]:
        exponents = w @ moments[1:] - w[1] * variance / mass
        top = exponents.max()
        weights = np.exp(exponents - top)
        p = weights / weights.sum()
        return float(top + np.log(weights.sum())), np.asarray([p @ steps, p @ steps**2 - variance / mass])

    def curvature(w: Floats) -> Floats:
        exponents = w @ moments[1:]
        p = np.exp(exponents - exponents.max())
        return np.asarray(np.cov(moments[1:], aweights=p / p.sum(), ddof=0))

    best = minimize(dual, np.array([0.0, -mass / (2 * variance)]), jac=True, hess=curvature, method="trust-exact", tol=1e-12)
    p = np.exp(best.x @ moments[1:] - (best.x @ moments[1:]).max())
    return np.asarray(mass * p / p.sum(), float)


def _row(i: int, D: int, V: float, js: int, pstay: float | None, width: int) -> Floats:
    row = np.zeros(width)
    if i == 0:
        row[0] = 1.0
        return row
    targets = np.array([j for j in range(max(0, i - D), i + D + 1) if j == 0 or j > js])
    fixed = pstay if pstay is not None and i > js else 0.0
    if fixed:
        row[i] = fixed
        targets = targets[targets != i]
    row[targets] = _maximum_entropy((targets - i).astype(float), 1.0 - fixed, V)
    return row


@lru_cache(maxsize=32)
def p_table(D: int, V: float, js: int, pstay: float | None = None) -> PTable:
    """Solve the perturbation table.

    Parameters
    ----------
    D : int
        Greatest change, in counts.
    V : float
        Variance of the change.
    js : int
        Counts 1 to ``js`` are never published.
    pstay : float, optional
        Probability that a count above ``js`` stays as it is; free when None.

    Returns
    -------
    PTable

    Raises
    ------
    DisclosureError
        No unbiased distribution has this variance within the bound.

    Examples
    --------
    >>> table = p_table(4, 1.8, 1)
    >>> [round(float(p), 3) for p in (table.rows[-1, 6], table.rows[2, 0], table.rows[2, 3])]
    [0.296, 0.245, 0.242]
    """
    if js >= D or V <= 0 or js < 0 or (pstay is not None and not 0 < pstay < 1):
        raise DisclosureError(f"noise: got D={D}, V={V}, js={js}, pstay={pstay}; allowed are D > js >= 0, V > 0, 0 < pstay < 1")
    last = D + js + 1  # from here on no step is forbidden, so all rows are alike
    rows = np.vstack([_row(i, D, V, js, pstay, last + D + 1) for i in range(last + 1)])
    steps = np.zeros((last + 1, 2 * D + 1))
    for i in range(last + 1):
        reach = np.arange(max(0, i - D), i + D + 1)
        steps[i, reach - i + D] = rows[i, reach]
    cumulative = np.cumsum(steps, axis=1)
    cumulative[:, -1] = 1.0
    rows.flags.writeable = cumulative.flags.writeable = False
    return PTable(D, V, js, rows, cumulative)


def perturb(count: Ints, key: Keys, table: PTable) -> Ints:
    """Replace counts by what their keys draw from the table.

    Parameters
    ----------
    count : int64 array, shape (n,)
        True counts, not negative.
    key : uint64 array, shape (n,)
        Keys, already mixed with the measure (:func:`geoservice.disclosure.keys.mix`).
    table : PTable
        The noise.

    Returns
    -------
    int64 array, shape (n,)
        At most ``D`` away from the true counts, never negative, never ``1..js``; zero stays zero.

    Examples
    --------
    >>> perturb(np.array([0, 50]), np.array([7, 2**63], np.uint64), p_table(5, 3, 2)).tolist()
    [0, 50]
    """
    row = np.minimum(count, len(table.cumulative) - 1)
    step = np.zeros(len(count), np.int64)
    draw = uniform(key)
    for column in table.cumulative.T:  # 2D + 1 passes over n need less memory than one over n x (2D + 1)
        step += draw >= column[row]
    return np.asarray(count + step - table.D, np.int64)
