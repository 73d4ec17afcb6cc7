"""Outages of services that the server depends on: each is logged once with its reason, and once when it ends."""

import threading
import time

import structlog

from geoservice.errors import GeoserviceError


class Outage:
    """The state of one dependency in one worker; ``name`` is its name in the log."""

    def __init__(self, name: str) -> None:
        self._name, self._lock = name, threading.Lock()
        self._reasons = set[str]()
        self._since: float | None = None

    @property
    def lasts(self) -> bool:
        """Whether the dependency is unavailable."""
        return self._since is not None

    def begin(self, error: Exception) -> None:
        """Log a reason, once in each outage; the text of an error that is not our own is not logged."""
        reason = str(error) if isinstance(error, GeoserviceError) else ""
        with self._lock:
            is_new = reason not in self._reasons
            self._reasons.add(reason)
            self._since = self._since or time.monotonic()
        if is_new:
            structlog.get_logger().error(f"{self._name}: away", error=type(error).__name__, reason=reason)

    def end(self) -> None:
        """Log the end of the outage, if there was one."""
        if self._since is None:
            return
        with self._lock:
            since, self._since, self._reasons = self._since, None, set()
        if since is not None:
            structlog.get_logger().warning(f"{self._name}: back", seconds=round(time.monotonic() - since, 1))
