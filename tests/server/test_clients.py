"""Programs that others wrote read a collection from a running server: Granian, two workers, real sockets."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import pyogrio
import pytest
from pydantic import SecretStr

from geoservice.server.serve import without_private_data
from geoservice.settings import Settings

START = "from geoservice.server.serve import serve; from geoservice.settings import Settings; serve(Settings())"


def wait(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the server did not come up")


@pytest.fixture(scope="module")
def url(published: Any) -> Iterator[str]:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    values = {
        "GEOSERVICE_HOME": str(published.home),
        "GEOSERVICE_SCHEMA_PREFIX": published.prefix,
        "GEOSERVICE_PORT": str(port),
        "GEOSERVICE_WORKERS": "2",
        "GEOSERVICE_DSN": "private",
    }
    if published.dsn is not None:
        values["GEOSERVICE_SERVE_DSN"] = published.dsn
    server = subprocess.Popen([sys.executable, "-c", START], env={**os.environ, **values}, stdout=subprocess.DEVNULL)
    try:
        wait(f"http://127.0.0.1:{port}", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0


def test_gdal_reads_all_pages_of_a_collection(url):
    frame = pyogrio.read_dataframe(f"OAPIF:{url}", layer="stations", PAGE_SIZE="50")
    assert len(frame) == 121
    assert frame["name_zh"].iloc[3] == "站点3"
    assert frame.geometry.iloc[0].x == pytest.approx(25.0)
    assert {name for name, _ in pyogrio.list_layers(f"OAPIF:{url}")} == {"coverage", "stations", "table"}


def test_gdal_reads_polygons_in_a_box(url):
    frame = pyogrio.read_dataframe(f"OAPIF:{url}", layer="coverage", bbox=(25.11, 60.11, 25.12, 60.12))
    assert frame["unit"].tolist() == ["t2"]
    assert frame["share_clinic_walk_15"].isna().all()


@pytest.mark.parametrize(("crs", "east", "north"), [("EPSG:4490", 25.0, 60.15), ("EPSG:3857", 2782987.27, 8433209.72)])
def test_gdal_reads_another_crs_with_its_axes_in_order(url, crs, east, north):
    frame = pyogrio.read_dataframe(f"OAPIF:{url}", layer="stations", CRS=crs, where="unit = 's000'")
    assert frame.crs.to_string() == crs
    assert frame.geometry.iloc[0].coords[0] == pytest.approx((east, north), abs=0.01)


def test_owslib_reads_a_collection(url):
    from owslib.ogcapi.features import Features

    service = Features(f"{url}/")
    assert service.feature_collections() == ["coverage", "stations"], "the table has no features, but records"
    assert service.collection("coverage")["id"] == "coverage"
    page = service.collection_items("stations", limit=5, bbox=[25, 60, 25.1, 60.3])
    assert page["numberReturned"] == 5
    assert service.collection_item("coverage", "1")["properties"]["name_zh"] == "宜秀"
    assert service.api()["openapi"] == "3.0.3"


def test_tiles_are_sent_compressed_and_revalidated(url):
    request = urllib.request.Request(f"{url}/tiles/coverage/9/291/148.mvt", headers={"Accept-Encoding": "identity"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert "coverage" in mapbox_vector_tile.decode(answer.read())
        etag = answer.headers["ETag"]
    request.add_header("If-None-Match", etag)
    with pytest.raises(urllib.error.HTTPError, match="304"):
        urllib.request.urlopen(request, timeout=10)


def test_workers_have_no_private_connection_strings():
    public_settings = without_private_data(
        Settings(dsn=SecretStr("a"), register_dsn=SecretStr("b"), serve_dsn=SecretStr("public"))
    )
    assert (public_settings.dsn, public_settings.register_dsn) == (None, None)
