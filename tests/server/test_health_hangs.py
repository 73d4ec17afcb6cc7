"""Health checks of a service whose disk hangs: all threads for requests are blocked, and health still responds in time."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from bigger import publish

from geoservice.release.folder import FolderStore
from geoservice.server.app import create_app
from geoservice.settings import Settings

SOON_S = 10.0


class StuckDisk(FolderStore):
    """A folder of releases on a disk that works until it is stuck, and again when it is ``freed``."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, True)
        self.freed = threading.Event()
        self.freed.set()

    def current(self) -> int | None:
        self.freed.wait()
        return super().current()


@pytest.fixture
def disk(content: Callable[..., Any], tmp_path: Path) -> Iterator[StuckDisk]:
    disk = StuckDisk(publish(tmp_path, content()) / "releases")
    yield disk
    disk.freed.set()


async def timed(client: httpx.AsyncClient, path: str) -> tuple[int, float, dict[str, Any]]:
    began = time.monotonic()
    answer = await client.get(path)
    return answer.status_code, time.monotonic() - began, answer.json()


def test_health_responds_in_time_while_everything_else_hangs(disk: StuckDisk) -> None:
    async def go() -> None:
        transport = httpx.ASGITransport(create_app(Settings(), disk), raise_app_exceptions=False)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://geo.test") as client,
            anyio.create_task_group() as group,
        ):
            assert (await timed(client, "/health/ready"))[0] == 200
            disk.freed.clear()
            await anyio.sleep(1)  # until what is known of the store is too old
            for _ in range(60):
                group.start_soon(client.get, "/collections")
            await anyio.sleep(0.3)
            for _ in range(3):  # one after the other: what hung before holds nothing up
                status, seconds, said = await timed(client, "/health/ready")
                assert (status, said["dependencies"]["releases"]) == (503, "away")
                assert seconds < SOON_S
                status, seconds, said = await timed(client, "/health/live")
                assert (status, said) == (200, {"status": "live"})
                assert seconds < SOON_S
            disk.freed.set()
            await anyio.sleep(0.5)
            assert (await timed(client, "/health/ready"))[0] == 200

    anyio.run(go)
