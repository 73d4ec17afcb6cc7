"""The Open Geospatial Consortium's abstract tests of OGC API Features, core, run by a third-party program."""

import re

import pytest

pytestmark = [pytest.mark.reference, pytest.mark.slow]


def test_all_tests_of_features_core_pass(url, peers, tell):
    said = tell(peers / "python", "-m", "ogctests", "features/core", "-i", url)
    passed = re.search(r"(\d+) passed", said)
    assert passed
    assert int(passed[1]) >= 29
    assert "failed" not in said
    assert "skipped" not in said
