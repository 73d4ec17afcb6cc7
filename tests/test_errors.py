"""Errors can be pickled."""

import pickle
from collections.abc import Iterator

import pytest

from geoservice.errors import DamagedFile, GeoserviceError, TooManyRequests


def tree(kind: type[GeoserviceError]) -> Iterator[type[GeoserviceError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from tree(below)


MORE = {DamagedFile: ("tiles/coverage.pmtiles", "cut short"), TooManyRequests: (7,)}


@pytest.mark.parametrize("kind", [kind for kind in tree(GeoserviceError) if kind.__module__ == "geoservice.errors"])
def test_a_pickled_error_is_unchanged(kind: type[GeoserviceError]) -> None:
    error = kind("layer 村: not there", *MORE.get(kind, ()))
    other = pickle.loads(pickle.dumps(error))
    assert (type(other), str(other), vars(other)) == (kind, str(error), vars(error))
