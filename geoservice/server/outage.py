"""That something the server needs is away: written down once with the reason, and once when it is back."""

import threading
import time

import structlog

from geoservice.errors import GeoserviceError


class Outage:
    """The state of one thing in one worker; ``name`` is what the log calls it."""

    def __init__(self, name: str) -> None:
        self._name, self._lock = name, threading.Lock()
        self._reasons = set[str]()
        self._since: float | None = None

    @property
    def lasts(self) -> bool:
        """Whether it is away."""
        return self._since is not None

    def begin(self, error: Exception) -> None:
        """Write down a reason, unless it is known of this outage; the text of a stranger's error stays out of the log."""
        reason = str(error) if isinstance(error, GeoserviceError) else ""
        with self._lock:
            fresh = reason not in self._reasons
            self._reasons.add(reason)
            self._since = self._since or time.monotonic()
        if fresh:
            structlog.get_logger().error(f"{self._name}: away", error=type(error).__name__, reason=reason)

    def end(self) -> None:
        """Write down that it is back, if it was away."""
        if self._since is None:
            return
        with self._lock:
            since, self._since, self._reasons = self._since, None, set()
        if since is not None:
            structlog.get_logger().warning(f"{self._name}: back", seconds=round(time.monotonic() - since, 1))
