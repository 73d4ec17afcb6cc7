"""Checks of geoservice doctor for the machine that serves."""

import shutil
import socket
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from geoservice.cli.checks.result import Check, CheckResult
from geoservice.cli.common import releases_of

if TYPE_CHECKING:
    from geoservice.settings import Settings

FREE_WARN, FREE_FAIL = 2 * 2**30, 200 * 2**20
"""Bytes: a release is written aside before the old one goes."""
AHEAD_S = 300


def _archives(settings: "Settings") -> Iterator[CheckResult]:
    """Read the head of each file of tiles, as a map that asks for it by Range does."""
    from geoservice.errors import GeoserviceError

    store = releases_of(settings, read_only=True)
    try:
        if store.current() is None:
            return
        reader = store.open()
        try:
            layers = [layer.id for layer in reader.manifest.layers if layer.bbox is not None]
            for layer in layers:
                try:
                    whole = reader.read_archive(layer, 0, 7) == b"PMTiles"
                except (GeoserviceError, OSError):
                    whole = False
                if not whole:
                    yield CheckResult("fail", f"tiles of {layer} cannot be read; geoservice rollback, or publish again")
                    return
            yield CheckResult("ok", f"tiles of {len(layers)} layers can be read")
        finally:
            reader.close()
    finally:
        store.close()


def _port(settings: "Settings") -> Iterator[CheckResult]:
    """Try to listen where serve would; nothing is taken from a server that is running."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            text = f"{settings.host} port {settings.port} cannot be listened on: {error.strerror}"
            yield CheckResult("warn", f"{text}; is a server running already? otherwise serve with --host and --port")
        else:
            yield CheckResult("ok", f"{settings.host} port {settings.port} is free")


def _pictures(_: "Settings") -> Iterator[CheckResult]:
    try:
        from geoservice.maps import fonts
    except ImportError:
        yield CheckResult(
            "fail", "mapnik does not load: there are no maps as pictures; reinstall geoservice with its lock file"
        )
        return
    yield CheckResult("ok", "mapnik loads")
    if face := fonts.chinese():
        yield CheckResult("ok", f"pictures are labelled in Chinese with {face}")
    else:
        yield CheckResult("warn", "no font with Chinese: pictures are labelled in English; apt-get install fonts-noto-cjk")


def _access(settings: "Settings") -> Iterator[CheckResult]:
    """The folder of tokens and audit log is for its owner alone; on PostGIS it is a schema."""
    folder = settings.home / "access"
    if settings.serve_dsn or settings.dsn or not folder.exists():
        return
    for path, mode in ((folder, 0o700), (folder / "access.db", 0o600)):
        got = path.stat().st_mode & 0o777 if path.exists() else 0
        if got & ~mode:
            name = path.relative_to(settings.home)
            yield CheckResult("fail", f"{name}: others may look at it ({got:04o}); chmod {mode:04o} {name}")
            return
    yield CheckResult("ok", "access: tokens and audit log are for their owner alone")


def _disk(settings: "Settings") -> Iterator[CheckResult]:
    free = shutil.disk_usage(settings.home if settings.home.exists() else Path()).free
    state = "fail" if free < FREE_FAIL else "warn" if free < FREE_WARN else "ok"
    advice = "" if state == "ok" else "; make room, or keep fewer releases: GEOSERVICE_KEEP_RELEASES"
    yield CheckResult(state, f"disk: {free / 2**30:.1f} GiB free{advice}")


def _clock(settings: "Settings") -> Iterator[CheckResult]:
    """A clock that is behind the newest release would let tokens live on that have expired."""
    store = releases_of(settings, read_only=True)
    try:
        if store.current() is None:
            return
        reader = store.open()
        created = reader.manifest.created
        reader.close()
    finally:
        store.close()
    behind = datetime.fromisoformat(created).timestamp() - time.time() if created else 0.0
    if behind > AHEAD_S:
        yield CheckResult("fail", f"clock: {behind:.0f} s behind the day the release was made; set it, or switch on NTP")
    else:
        yield CheckResult("ok", f"clock: {datetime.now().astimezone():%Y-%m-%d %H:%M %Z}, after the release was made")


SERVING: dict[str, Check] = {
    "tiles": _archives,
    "port": _port,
    "pictures": _pictures,
    "access": _access,
    "disk": _disk,
    "clock": _clock,
}
