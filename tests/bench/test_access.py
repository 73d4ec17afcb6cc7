"""The benchmark's grid, made small, is a release that answers live questions; and its questions are in range."""

from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from geoservice.bench.access.questions import TIMEOUT, Trip, ask, moves, stations, zones
from geoservice.bench.access.wide import MODE, SERVICE, publish_grid
from geoservice.bench.serve.load import Client
from geoservice.bench.serve.servers import ours
from geoservice.live.coverage_answer import coverage_answer
from geoservice.live.engine import Engine
from geoservice.live.files import read_live
from geoservice.live.parameters import Parameters
from geoservice.live.question import CoverageQuestion, ZoneQuestion
from geoservice.live.zone_answer import zone_answer
from geoservice.release import open_store

TRIP = Trip(SERVICE, MODE)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("grid")
    publish_grid(folder, side=60, leaves=500)
    return folder


def test_a_small_grid_answers_questions(home: Path) -> None:
    with closing(open_store(home / "releases", None, "bench", read_only=True)) as store, closing(store.open()) as reader:
        arrays = read_live(reader.live())
        engine = Engine(arrays, Parameters.of(reader.manifest.study, ("all",)))
        rows = arrays.stations.to_pylist()
        places = [{"station": r["id"], "lon": r["lon"], "lat": r["lat"]} for r in rows]
        changed = 0
        for question in islice(moves(TRIP, places, 3000.0), 10):
            changed += len(coverage_answer(engine, CoverageQuestion.model_validate(question))["areas"])
        assert changed > 10
        for question in islice(zones(TRIP, places), 10):
            answer = zone_answer(engine, ZoneQuestion.model_validate(question))
            assert answer["persons"]["value"] >= 0
            assert answer["breaks"][-1]["persons"]["margin"] >= 0


def test_questions_are_asked_over_http(home: Path) -> None:
    with ours(home, workers=1) as (url, _):
        client = Client(url, TIMEOUT)
        places = stations(client, TRIP)
        assert len(places) > 100
        assert 0 < ask(client, "station-scenario", next(moves(TRIP, places, 3000.0))) < TIMEOUT
        with pytest.raises(RuntimeError, match="404 at /processes/none/execution"):
            ask(client, "none", {})
        client.close()
