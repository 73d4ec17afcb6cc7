"""Ten times the load that the service can process: some requests get a 503, nothing grows, and it recovers its speed."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from bigger import publish

HEAVY = "/collections/stations/items?limit=10000"
LIGHT = "/collections/coverage"
TILE = "/tiles/coverage/10/583/296.mvt?f=mvt"
CLIENTS, SECONDS = 60, 4  # 2 in work and 4 waiting are what the worker takes


@pytest.fixture(scope="module")
def home(content: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("overload"), content(), rows=10_000)


def resident(process: int) -> int:
    """Return MiB of memory that a server and its workers hold."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    texts = [Path(f"/proc/{p}/status").read_text(encoding="ascii") for p in (process, *children)]
    return sum(int(t.split("VmRSS:")[1].split()[0]) for t in texts) // 1024


class Crowd:
    """Clients that ask again and again, whatever they are told."""

    def __init__(self, url: str) -> None:
        self._at, self._until = urlsplit(url), 0.0
        self.statuses: Counter[int] = Counter()
        self.waits: list[float] = []
        self._lock = threading.Lock()

    def ask(self, path: str) -> tuple[int, float]:
        """Return status and seconds."""
        started = time.perf_counter()
        connection = http.client.HTTPConnection(str(self._at.hostname), self._at.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 503:
                assert answer.headers["Retry-After"]
                assert answer.headers["Content-Type"] == "application/problem+json"
            return answer.status, time.perf_counter() - started
        finally:
            connection.close()

    def _go_on(self) -> None:
        while time.monotonic() < self._until:
            status, seconds = self.ask(HEAVY)
            with self._lock:
                self.statuses[status] += 1
                if status == 200:
                    self.waits.append(seconds)
            time.sleep(0.02)

    def storm(self, meanwhile: Callable[[], None]) -> None:
        """Let all of them ask for some seconds, and do something meanwhile."""
        self._until = time.monotonic() + SECONDS
        threads = [threading.Thread(target=self._go_on) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        while time.monotonic() < self._until:
            meanwhile()
        for thread in threads:
            thread.join()


def figure(crowd: Crowd, name: str) -> float:
    connection = http.client.HTTPConnection(str(crowd._at.hostname), crowd._at.port, timeout=30)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return next(float(x.split()[-1]) for x in text.splitlines() if x.startswith(name))


def middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def test_ten_times_too_much(home: Path, serve: Any) -> None:
    limits = {"GEOSERVICE_REQUESTS_AT_ONCE": "2", "GEOSERVICE_REQUESTS_WAITING": "4", "GEOSERVICE_NOTICE_SECONDS": "0"}
    with serve(home, **limits) as served:
        crowd, memory, tiles, waiting = Crowd(served.url), [], [], []
        before = middle([crowd.ask(LIGHT)[1] for _ in range(20)])
        for _ in range(6):
            crowd.ask(HEAVY)  # the memory that pages need is there before it is measured

        def meanwhile() -> None:
            memory.append(resident(served.process.pid))
            tiles.append(crowd.ask(f"{TILE}&v={time.monotonic_ns()}"))
            waiting.append(figure(crowd, "geoservice_waiting_pages"))
            time.sleep(0.05)

        crowd.storm(meanwhile)
        after = middle([crowd.ask(LIGHT)[1] for _ in range(20)])
        assert set(crowd.statuses) <= {200, 429, 503}
        assert crowd.statuses[200] > 5
        assert crowd.statuses[429] + crowd.statuses[503] > crowd.statuses[200]
        assert {status for status, _ in tiles} == {200}, "tiles go on"
        assert max(waiting) <= 4
        assert max(crowd.waits) < SECONDS, "who is let in does not wait for ever"
        assert max(memory) < resident(served.process.pid) + 150
        assert max(memory[len(memory) // 2 :]) < max(memory[: len(memory) // 2]) + 60, "it does not grow"
        assert after < 5 * before + 0.05
        assert figure(crowd, "geoservice_waiting_pages") == 0
