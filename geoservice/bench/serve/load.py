"""Load generators: wrk for throughput, one client for latency, many concurrent clients for overload."""

import http.client
import json
import re
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from time import perf_counter
from urllib.parse import urlsplit

GZIP = {"Accept-Encoding": "gzip"}
Answer = tuple[int, Mapping[str, str], bytes]
"""Status, headers and undecoded body."""
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)")


def rate(url: str, headers: Mapping[str, str] = GZIP, seconds: int = 3, connections: int = 32) -> float:
    """Return requests per second of wrk with one thread; raises if any response is an error."""
    header_options = [x for k, v in headers.items() for x in ("-H", f"{k}: {v}")]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", *header_options, url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - the program is fixed
    if _BAD.search(output) or "Socket errors" in output:
        raise RuntimeError(f"wrk had errors at {url}:\n{output}")
    match = _RATE.search(output)
    if not match:
        raise RuntimeError(f"wrk printed no rate:\n{output}")
    return float(match[1])


class Client:
    """A client with a persistent connection."""

    def __init__(self, url: str, timeout: float = 60.0) -> None:
        self._base = urlsplit(url)
        self._connection = http.client.HTTPConnection(self._base.netloc, timeout=timeout)

    def get(self, path: str, headers: Mapping[str, str] = GZIP) -> Answer:
        """Return status, headers and undecoded body."""
        return self._answer("GET", path, None, headers)

    def post(self, path: str, document: object) -> Answer:
        """Return status, headers and undecoded body of the answer to a JSON document."""
        return self._answer("POST", path, json.dumps(document), {"Content-Type": "application/json"})

    def _answer(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        self._connection.request(method, path, body, dict(headers))
        response = self._connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()

    def seconds(self, path: str, document: object = None) -> float:
        """Return the seconds of a request, which posts a document if there is one; raises unless its status is 200 or 204."""
        start = perf_counter()
        status, _, body = self.get(path) if document is None else self.post(path, document)
        elapsed = perf_counter() - start
        if status not in {200, 204}:
            raise RuntimeError(f"{status} at {path}: {body[:300]!r}")
        return elapsed

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def medians(paths: Sequence[tuple[str, Iterable[str]]]) -> list[float]:
    """Return the median seconds of each ``(url, paths)``; their requests are interleaved."""
    clients = [Client(url) for url, _ in paths]
    seconds: list[list[float]] = [[] for _ in paths]
    for turn in zip(*(p for _, p in paths), strict=True):
        for client, path, times in zip(clients, turn, seconds, strict=True):
            times.append(client.seconds(path))
    for client in clients:
        client.close()
    return [median(s) for s in seconds]


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile, nearest rank.

    >>> quantile([3.0, 1.0, 2.0], 0.5)
    2.0
    """
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def flood(url: str, path: Callable[[int, int], str], clients: int, each: int) -> tuple["Counter[int]", list[float]]:
    """Send ``each`` requests from many concurrent clients; return statuses (0: refused) and seconds of all requests."""
    statuses: Counter[int] = Counter()
    seconds: list[float] = []
    lock = threading.Lock()

    def run(number: int) -> None:
        for index in range(each):
            start, status = perf_counter(), 0
            client = Client(url)
            try:
                status = client.get(path(number, index))[0]
            except (OSError, http.client.HTTPException):
                status = 0
            finally:
                client.close()
            with lock:
                statuses[status] += 1
                seconds.append(perf_counter() - start)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses, seconds
