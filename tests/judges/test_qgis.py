"""QGIS, as Debian ships it and without a screen, reads features and draws vector tiles."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = [pytest.mark.reference, pytest.mark.slow]
PYTHON, PROGRAM = Path("/usr/bin/python3"), Path(__file__).with_name("in_qgis.py")


@pytest.fixture
def qgis() -> None:
    if not Path("/usr/lib/python3/dist-packages/qgis").is_dir():
        pytest.skip("install python3-qgis to run this test")
    assert find_spec("qgis") is None  # ours is another Python


def test_reads_every_feature_and_draws_tiles(url, qgis, tell, tmp_path):
    tmp_path.chmod(0o700)
    alone = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    said = tell(PYTHON, PROGRAM, url, "ne_110m_admin_0_countries", **alone)
    found = json.loads(said.splitlines()[-1])
    assert found["features"]["valid"]
    assert found["features"]["count"] == 177
    assert found["features"]["crs"] in {"EPSG:4326", "OGC:CRS84"}
    assert found["tiles"]["valid"]
    assert 0.1 < found["tiles"]["drawn"] < 0.9  # land, and not only land
