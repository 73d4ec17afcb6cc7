"""Metrics: correct, summed over all workers, and never more series than the application has routes."""

import random
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from geoservice.server.app import create_app
from geoservice.server.operations.metrics import Metrics
from geoservice.settings import Settings

WORKER = """
import os, sys, time
from pathlib import Path
from geoservice.server.operations.metrics import Metrics, claim_slot
folder = Path(sys.argv[1])
claim_slot(folder)
metrics = Metrics(folder)
metrics.gauge("in_flight", "-", lambda: 3)
for _ in range(int(sys.argv[2])):
    metrics.answered("/a", "GET", 200, 0.01, 10)
metrics.sample()
print("counted", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def own_client(client: Any, published: Any) -> Any:
    """A client of a separate application, whose metrics count no other requests."""
    return type(client)(create_app(Settings(), published.open()))


def series(text: str) -> list[str]:
    return [line.rsplit(" ", 1)[0] for line in text.splitlines() if not line.startswith("#")]


def value(text: str, name: str) -> float:
    return next(float(x.rsplit(" ", 1)[1]) for x in text.splitlines() if x.startswith(name))


def strange_urls(seed: int, count: int = 60) -> list[str]:
    draw = random.Random(seed)
    random_part = lambda: "".join(draw.choices("abcdefgh0123456789", k=12)) + "x"  # noqa: E731 - one line, used below alone
    forms = ["/{}", "/collections/{}", "/collections/{}/items", "/collections/coverage/items?{}=1", "/tiles/{}/1/0/0.mvt",
             "/collections/coverage/items/{}", "/styles/{}", "/{}/{}", "/tiles/coverage/10/1{}/296.mvt",
             "/collections/coverage/tiles/WebMercatorQuad/10/{}/1", "/health/{}", "/metrics/{}", "/..%2f{}"]  # fmt: skip
    return [draw.choice(forms).replace("{}", random_part()) for _ in range(count)]


def test_strange_urls_add_no_series(own_client: Any) -> None:
    methods = ["GET", "HEAD", "POST", "BREW", "OPTIONS"]
    for seed in (1, 2):
        for i, url in enumerate(strange_urls(seed)):
            own_client.request(methods[i % 5] if seed == 1 else "GET", url)
    before = series(own_client.get("/metrics").text)
    for url in strange_urls(3, 150):
        own_client.get(url)
    after = own_client.get("/metrics").text
    assert len(set(series(after)) - set(before)) <= 20, "a route that the first rounds missed; none of the 150 random parts"
    assert len(series(after)) < 700
    assert not re.findall(r"[a-h0-9]{12}x", after)
    assert "BREW" not in after


def test_control_a_part_of_a_url_would_be_detected() -> None:
    assert all(re.findall(r"[a-h0-9]{12}x", url) for url in strange_urls(1))


def test_requests_are_counted_by_route_and_status_class(own_client: Any) -> None:
    own_client.get("/collections/coverage")
    own_client.get("/collections/nothing")
    own_client.get("/collections/nothing")
    own_client.get("/tiles/coverage/10/583/296.mvt")
    text = own_client.get("/metrics").text
    assert value(text, 'geoservice_requests_total{method="GET",route="/collections/{layer_id}",status="2xx"}') == 1
    assert value(text, 'geoservice_requests_total{method="GET",route="/collections/{layer_id}",status="4xx"}') == 2
    assert value(text, 'geoservice_request_seconds_count{route="/tiles/{layer_id}/{z}/{x}/{y}"}') == 1
    assert value(text, "geoservice_in_flight") == 1, "the request for the figures itself"
    assert value(text, "geoservice_release ") >= 1
    assert 0 <= value(text, "geoservice_release_age_seconds") < 3600


def test_refusals_and_timeouts_are_counted() -> None:
    metrics = Metrics()
    metrics.answered("/a", "GET", 503, 1.0, 0)
    metrics.answered("/a", "GET", 429, 1.0, 0)
    metrics.timed_out()
    text = metrics.text().decode()
    assert value(text, 'geoservice_refusals_total{status="503"}') == 1
    assert value(text, 'geoservice_refusals_total{status="429"}') == 1
    assert value(text, "geoservice_timeouts_total") == 1


def test_sampled_counters_are_counted_once() -> None:
    metrics, hits = Metrics(), [5]
    metrics.count("hits", "-", lambda: hits[0])
    metrics.sample()
    hits[0] = 7
    assert value(metrics.text().decode(), "geoservice_hits_total") == 7


def worker(folder: Path, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WORKER, str(folder), str(count)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "counted\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_counters_of_all_workers_are_summed_also_those_of_dead_ones(tmp_path: Path) -> None:
    def seen() -> tuple[float, float]:
        text = Metrics(tmp_path).text().decode()
        return value(text, "geoservice_requests_total"), value(text, "geoservice_in_flight ") if "in_flight " in text else 0

    first, second = worker(tmp_path, 2), worker(tmp_path, 5)
    assert seen() == (7, 6)
    end(first)
    assert seen() == (7, 3), "gauges of a dead worker are dropped, its counters stay"
    files = {f.name for f in tmp_path.iterdir()}
    for _ in range(2):
        end(worker(tmp_path, 1))
    assert seen()[0] == 9
    assert {f.name for f in tmp_path.iterdir()} <= files | {"gauge_livesum_0.db"}, "places are taken again"
    end(second)
    assert seen() == (9, 0)
