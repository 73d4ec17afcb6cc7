import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geoservice.disclosure.keys import cell_keys, mix, uniform

KEYS = st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=30)


@given(KEYS, st.randoms())
def test_cell_key_is_the_sum_in_any_order(keys, random):
    shuffled = random.sample(keys, len(keys))
    summed = cell_keys(np.zeros(len(keys), np.int32), 1, np.array(shuffled, np.uint64))
    assert int(summed[0]) == sum(keys) % 2**64


def test_splitmix64_reference_values():
    # first outputs of splitmix64 seeded with 1234567, as in the Rosetta Code task "Pseudo-random numbers/Splitmix64"
    gamma = 0x9E3779B97F4A7C15
    salt = int.from_bytes(__import__("hashlib").blake2b(b"x", digest_size=8).digest(), "big")
    seeds = [(1234567 + i * gamma - salt) % 2**64 for i in range(3)]
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert mix(np.array(seeds, np.uint64), "x").tolist() == expected


def test_mixing_keeps_keys_apart_and_spreads_them_evenly():
    mixed = mix(np.arange(100_000, dtype=np.uint64), "households")
    assert len(np.unique(mixed)) == 100_000
    draws = np.histogram(uniform(mixed), 10, (0, 1))[0]
    assert np.abs(draws - 10_000).max() < 500


def test_measures_draw_independently():
    keys = np.arange(50_000, dtype=np.uint64)
    both = np.corrcoef(uniform(mix(keys, "households")), uniform(mix(keys, "persons")))
    assert abs(both[0, 1]) < 0.02
