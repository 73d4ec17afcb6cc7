"""Load, bounded in count and time: wrk for throughput, one patient client for latency, many at once for too much."""

import http.client
import re
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from time import perf_counter
from urllib.parse import urlsplit

GZIP = {"Accept-Encoding": "gzip"}
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)")


def rate(url: str, headers: Mapping[str, str] = GZIP, seconds: int = 3, connections: int = 32) -> float:
    """Return requests a second that wrk gets with one thread; raises when any answer is an error."""
    given = [x for k, v in headers.items() for x in ("-H", f"{k}: {v}")]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *given, url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - a program of our own choice
    if _BAD.search(told) or "Socket errors" in told:
        raise RuntimeError(f"wrk met errors at {url}:\n{told}")
    found = _RATE.search(told)
    if not found:
        raise RuntimeError(f"wrk said nothing of its rate:\n{told}")
    return float(found[1])


class Client:
    """One client that keeps its connection."""

    def __init__(self, url: str) -> None:
        self._base = urlsplit(url)
        self._connection = http.client.HTTPConnection(self._base.netloc, timeout=60)

    def get(self, path: str, headers: Mapping[str, str] = GZIP) -> tuple[int, Mapping[str, str], bytes]:
        """Return status, headers and body as they came."""
        self._connection.request("GET", path, headers=dict(headers))
        answer = self._connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

    def seconds(self, path: str) -> float:
        """Return how long an answer took; raises unless it is a 200 or 204."""
        start = perf_counter()
        status, _, body = self.get(path)
        spent = perf_counter() - start
        if status not in {200, 204}:
            raise RuntimeError(f"{status} at {path}: {body[:300]!r}")
        return spent

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def medians(paths: Sequence[tuple[str, Iterable[str]]]) -> list[float]:
    """Return the median seconds of each ``(url, paths)``; their requests take turns."""
    clients = [Client(url) for url, _ in paths]
    spent: list[list[float]] = [[] for _ in paths]
    for turn in zip(*(p for _, p in paths), strict=True):
        for client, path, times in zip(clients, turn, spent, strict=True):
            times.append(client.seconds(path))
    for client in clients:
        client.close()
    return [median(s) for s in spent]


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile, nearest rank.

    >>> quantile([3.0, 1.0, 2.0], 0.5)
    2.0
    """
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def flood(url: str, path: Callable[[int, int], str], clients: int, each: int) -> tuple["Counter[int]", list[float]]:
    """Ask with many clients at once, ``each`` requests a client; returns statuses (0: refused) and seconds of the answers."""
    statuses: Counter[int] = Counter()
    spent: list[float] = []
    lock = threading.Lock()

    def go(number: int) -> None:
        for at in range(each):
            start, status = perf_counter(), 0
            client = Client(url)
            try:
                status = client.get(path(number, at))[0]
            except (OSError, http.client.HTTPException):
                status = 0
            finally:
                client.close()
            with lock:
                statuses[status] += 1
                spent.append(perf_counter() - start)

    threads = [threading.Thread(target=go, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses, spent
