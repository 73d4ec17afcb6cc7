"""Cell keys: the same set of households always draws the same noise.

A household's record key is a 64-bit HMAC; the key of a set is the sum of its members' keys modulo 2^64. Before a key picks
noise it is mixed with the name of what is measured, so that households and persons of one set, or persons and children, draw
independent noise. After Fraser and Wooton, "A proposed method for confidentialising tabular output" (UNECE 2005).
"""

from hashlib import blake2b

import numpy as np

from geoservice.geo import Floats, Int32s, Ints, Keys

_GOLDEN, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def cell_keys(region: Int32s, regions: int, key: Keys) -> Keys:
    """Sum the keys of each region modulo 2^64.

    Parameters
    ----------
    region : int32 array, shape (n,)
        Region of each member, -1 for none.
    regions : int
        How many regions there are.
    key : uint64 array, shape (n,)
        Keys of the members.

    Returns
    -------
    uint64 array, shape (regions,)

    Examples
    --------
    >>> keys = np.array([2**64 - 1, 3, 5], np.uint64)
    >>> cell_keys(np.array([0, 0, -1], np.int32), 2, keys).tolist()
    [2, 0]
    """
    sums = np.zeros(regions + 1, np.uint64)  # one more, for what is in no region: index -1
    np.add.at(sums, region, key)
    return sums[:-1]


def mix(key: Keys, measured: str) -> Keys:
    """Mix the name of what is measured into keys; shape kept.

    The finaliser is that of splitmix64 (Steele, Lea and Flood, OOPSLA 2014), a bijection: different keys stay different.

    Examples
    --------
    >>> one = np.array([1], np.uint64)
    >>> bool(mix(one, "households")[0] == mix(one, "persons")[0])
    False
    """
    salt = np.uint64(int.from_bytes(blake2b(measured.encode(), digest_size=8).digest(), "big"))
    z = key + salt + _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return np.asarray(z ^ (z >> np.uint64(31)), np.uint64)


def uniform(key: Keys) -> Floats:
    """Map mixed keys to [0, 1) by their upper 53 bits.

    Examples
    --------
    >>> uniform(np.array([0, 2**63], np.uint64)).tolist()
    [0.0, 0.5]
    """
    return np.asarray((key >> np.uint64(11)).astype(np.float64) * 2.0**-53, np.float64)


def count_sums(region: Int32s, regions: int, value: Ints) -> Ints:
    """Add up whole numbers by region; shapes as in :func:`cell_keys`.

    Examples
    --------
    >>> count_sums(np.array([0, 0, -1], np.int32), 2, np.array([2, 3, 4])).tolist()
    [5, 0]
    """
    sums = np.zeros(regions + 1, np.int64)  # one more, for what is in no region: index -1
    np.add.at(sums, region, value)
    return sums[:-1]
