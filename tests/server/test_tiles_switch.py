"""A new release on a running server of two workers: all of them serve it within a second, and old tiles stay valid."""

import http.client
import time
from urllib.parse import urlsplit

import mapbox_vector_tile
import pyogrio

TILE = "/tiles/coverage/10/583/296.mvt"


def ask(connections, path=TILE, **headers):
    """Ask on every connection; two workers share them."""
    answers = []
    for connection in connections:
        connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        answers.append((answer.status, answer.headers, answer.read()))
    return answers


def test_all_workers_serve_a_new_release_within_a_second(serve, tmp_path, content):
    from geoservice.release import open_store

    store = open_store(tmp_path / "releases", None, "x", read_only=False)
    store.write(content(note="one"))
    with serve(tmp_path, GEOSERVICE_WORKERS="2", GEOSERVICE_RATE_LIMIT="") as served:
        place = urlsplit(served.url).netloc
        connections = [http.client.HTTPConnection(place, timeout=30) for _ in range(16)]
        ((_, first, old_body), *_) = ask(connections)
        old = first["ETag"].strip('"').partition("-coverage")[0]
        store.write(content(note="two"))
        switched = time.monotonic()
        late = []
        while time.monotonic() < switched + 2:
            began = time.monotonic()
            tags = {headers["ETag"] for _, headers, _ in ask(connections)}
            if began > switched + 1:
                late.append(tags)
            time.sleep(0.02)
        assert all(len(tags) == 1 and first["ETag"] not in tags for tags in late)
        assert len(late) > 1
        for status, headers, body in ask(connections, f"{TILE}?v={old}"):
            assert (status, headers["ETag"], body) == (200, first["ETag"], old_body)
            assert "immutable" in headers["Cache-Control"]
        for _, headers, _ in ask(connections, f"{TILE}?v=1-000000000000"):
            assert headers["Cache-Control"] == "no-cache"
            assert headers["ETag"] != first["ETag"]
        for connection in connections:
            connection.close()

        frame = pyogrio.read_dataframe(f"MVT:{served.url}{TILE}")
        assert set(frame["unit"]) <= {"t1", "t2", "t3"}
        assert len(frame) == len(mapbox_vector_tile.decode(old_body)["coverage"]["features"])
        layers = dict(pyogrio.list_layers(f"/vsicurl/{served.url}/tiles/coverage.pmtiles"))
        assert "coverage" in layers
    store.close()
