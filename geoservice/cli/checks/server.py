"""Checks of geoservice doctor for the machine that serves."""

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from geoservice.cli.checks.result import Check, CheckResult
from geoservice.cli.common import releases_of

if TYPE_CHECKING:
    from geoservice.release import ReleaseStore
    from geoservice.settings import Settings

FREE_WARN, FREE_FAIL = 2 * 2**30, 200 * 2**20
"""Bytes of free space: a release is written before an old one is removed."""
MAX_CLOCK_LAG_S = 300


def _files(settings: "Settings") -> Iterator[CheckResult]:
    """Read every file of every release completely; a fault of an older release is a warning, as it is still served by URL."""
    with closing(releases_of(settings, read_only=True)) as store:
        current = store.current()
        for number in store.numbers():
            yield from _files_of(store, number, "fail" if number == current else "warn")


def _files_of(store: "ReleaseStore", number: int, state: str) -> Iterator[CheckResult]:
    """Yield for each damaged file of a release what is wrong with it, what it contains and what to do."""
    from geoservice.errors import ReleaseError, Unavailable
    from geoservice.release.files import EXTRA, LAYERS, archives_in

    try:
        faults = store.file_faults(number)
    except (ReleaseError, Unavailable) as error:
        yield CheckResult(state, str(error))
        return
    for file, reason in faults:
        if reason == EXTRA:
            yield CheckResult("warn", f"release {number}, {file}: {reason}; remove it")
            continue
        layer = next(iter(archives_in([file])), "")
        content = f"tiles of {layer}" if layer else "features of all layers" if file == LAYERS else "part of the release"
        yield CheckResult(state, f"release {number}, {file} ({content}): {reason}; publish again, or: geoservice rollback")
    if not faults:
        yield CheckResult("ok", f"release {number}: every file is unchanged")


def _port(settings: "Settings") -> Iterator[CheckResult]:
    """Try to bind the port of serve, without disturbing a running server."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            text = f"{settings.host} port {settings.port} is not available: {error.strerror}"
            yield CheckResult("warn", f"{text}; is a server running already? otherwise serve with --host and --port")
        else:
            yield CheckResult("ok", f"{settings.host} port {settings.port} is free")


def _pictures(_: "Settings") -> Iterator[CheckResult]:
    try:
        from geoservice.maps import fonts
    except ImportError:
        yield CheckResult("fail", "mapnik does not load: there are no map images; reinstall geoservice with its lock file")
        return
    yield CheckResult("ok", "mapnik loads")
    if face := fonts.chinese_face():
        yield CheckResult("ok", f"map images have Chinese labels in {face}")
    else:
        yield CheckResult("warn", "no Chinese font: map images have English labels; apt-get install fonts-noto-cjk")


def _access(settings: "Settings") -> Iterator[CheckResult]:
    """Check that only its owner can read the folder of tokens and audit log; on PostGIS it is a schema."""
    folder = settings.home / "access"
    if settings.serve_dsn or settings.dsn or not folder.exists():
        return
    for path, mode in ((folder, 0o700), (folder / "access.db", 0o600)):
        got = path.stat().st_mode & 0o777 if path.exists() else 0
        if got & ~mode:
            name = path.relative_to(settings.home)
            yield CheckResult("fail", f"{name}: others can read it ({got:04o}); chmod {mode:04o} {name}")
            return
    yield CheckResult("ok", "access: only their owner can read tokens and audit log")


def _disk(settings: "Settings") -> Iterator[CheckResult]:
    free = shutil.disk_usage(settings.home if settings.home.exists() else Path()).free
    state = "fail" if free < FREE_FAIL else "warn" if free < FREE_WARN else "ok"
    advice = "" if state == "ok" else "; free some space, or keep fewer releases: GEOSERVICE_KEEP_RELEASES"
    yield CheckResult(state, f"disk: {free / 2**30:.1f} GiB free{advice}")


def _clock(settings: "Settings") -> Iterator[CheckResult]:
    """Check the clock against the newest release: with a clock that is behind, expired tokens would be valid."""
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
    if behind > MAX_CLOCK_LAG_S:
        yield CheckResult("fail", f"clock: {behind:.0f} s behind the time of the release; set it, or enable NTP")
    else:
        yield CheckResult("ok", f"clock: {datetime.now().astimezone():%Y-%m-%d %H:%M %Z}, after the time of the release")


SERVING: dict[str, Check] = {
    "tiles": _files,
    "port": _port,
    "pictures": _pictures,
    "access": _access,
    "disk": _disk,
    "clock": _clock,
}
