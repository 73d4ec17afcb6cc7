"""Entropy of migration flows, as a share of the largest possible one.

Shannon (1948), A mathematical theory of communication. Shapes and the argument ``same`` as in
:mod:`geoservice.analysis.migration.matrix`. Negative flows, which noise makes of small ones, count as 0.
"""

import numpy as np

from geoservice.analysis.migration.indices import ratio
from geoservice.analysis.migration.matrix import fields, pair_mask
from geoservice.geo import Floats


def entropy(flows: Floats, same: bool | None = None) -> Floats:
    """Return the entropy of all flows: 0 if one pair has all migrants, 1 if all flows are equal; shape ``()``.

    Examples
    --------
    >>> float(entropy(np.array([[0.0, 5, 5], [0, 0, 0], [0, 0, 0]])).round(4))
    0.3869
    """
    return np.asarray(_evenness(flows[pair_mask(flows, same)][None])[0])


def origin_entropy(flows: Floats, same: bool | None = None) -> Floats:
    """Return the entropy of the origins of each destination's arrivals; shape ``(m,)``.

    Examples
    --------
    >>> origin_entropy(np.array([[1.0, 6], [1, 0]]), same=False).tolist()
    [1.0, 0.0]
    """
    return _evenness(fields(flows.swapaxes(0, 1), same))


def _evenness(values: Floats) -> Floats:
    """Return the entropy along the second axis over its largest value."""
    positive = np.maximum(values, 0)
    shares = ratio(positive, positive.sum(axis=1, keepdims=True))
    logs = np.log(np.where(shares > 0, shares, 1.0))
    return np.asarray(-(shares * logs).sum(axis=1) / np.log(max(values.shape[1], 2)) + 0.0)
