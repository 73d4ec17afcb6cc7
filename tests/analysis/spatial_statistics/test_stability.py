import numpy as np
import pytest

from geoservice.analysis.spatial_statistics.stability import stable_classes, stable_share
from geoservice.errors import ParameterError


def test_equals_a_loop() -> None:
    r = np.random.default_rng(0)
    observed, replays = r.integers(-1, 2, 50), r.integers(-1, 2, (50, 40))
    assert stable_share(observed, replays).tolist() == [
        sum(c == o for c in row) / 40 for o, row in zip(observed, replays, strict=True)
    ]


@pytest.mark.parametrize("same", range(180, 201))
def test_the_limit_itself_is_enough(same) -> None:
    replays = np.r_[np.ones(same), np.zeros(200 - same)][None].astype(int)
    assert stable_classes([1], replays, same / 200, unstable=7).tolist() == [1]
    if same < 200:
        assert stable_classes([1], replays, (same + 1) / 200, unstable=7).tolist() == [7]


def test_nine_of_ten_by_default() -> None:
    replays = np.array([[1] * 9 + [0], [1] * 8 + [0, 2]])
    assert stable_classes([1, 1], replays, unstable=-1).tolist() == [1, -1]


def test_data_without_noise_are_stable() -> None:
    assert stable_classes([3, 4], np.empty((2, 0), int), unstable=0).tolist() == [3, 4]


def test_shapes_and_bounds_are_checked() -> None:
    with pytest.raises(ParameterError, match=r"shape \(3, 2\); 2 units need \(2, replays\)"):
        stable_share([1, 2], np.zeros((3, 2), int))
    with pytest.raises(ParameterError, match=r"is 1\.5; it must be"):
        stable_classes([1], [[1]], 1.5, unstable=0)
