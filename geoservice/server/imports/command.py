"""A command of geoservice in a process of its own: its document, its progress, its limits."""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import structlog
from anyio import to_thread

from geoservice.errors import TimedOut, Unavailable
from geoservice.server.jobs.messages import JobCancelled, Progress

LOOK_S = 0.5
"""Seconds between two looks whether the job was dismissed."""
MAX_DOCUMENT, MAX_LINE = 16_000_000, 4096
"""Bytes of the document that a command prints, and of a line of its progress."""
SPARE_MB = 4096
"""Mebibytes of address space beside those of the reader of a file."""
NICE = 10
"""Niceness relative to the serving process."""
FAILED = "the import ended without a result; the log of the service says how"
Watch = Callable[[Progress | None], bool]
"""Called with the progress; returns whether the job was dismissed."""


@dataclass(frozen=True)
class Command:
    """A command and its limits; ``secrets`` is the folder of its connection strings, None for a project of files."""

    words: tuple[str, ...]
    project: Path
    secrets: Path | None
    seconds: float
    memory_mb: int

    async def run(self, watch: Watch) -> dict[str, Any]:
        """Return the JSON document that the command prints; nothing that it writes elsewhere leaves this function.

        Raises
        ------
        JobCancelled, TimedOut
            The job was dismissed, or took too long; the command was ended, and nothing was loaded.
        Unavailable
            The command printed no document.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "geoservice", *self.words,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=self._environment(), cwd=self.project, start_new_session=True, limit=MAX_LINE,
        )  # fmt: skip
        _limit(process.pid, self.memory_mb + SPARE_MB)
        try:
            async with asyncio.timeout(self.seconds):
                return await _document(process, watch)
        except TimeoutError:
            raise TimedOut(f"the import took longer than {self.seconds:.0f} s, and nothing was loaded") from None
        finally:
            _end(process)
            await process.wait()

    def _environment(self) -> dict[str, str]:
        """Return the environment of the command: that of the service, for the project of the stewards."""
        secrets = {} if self.secrets is None else {"GEOSERVICE_SECRETS": str(self.secrets.resolve())}
        return {**os.environ, "GEOSERVICE_HOME": str(self.project), **secrets}


def _limit(pid: int, memory_mb: int) -> None:
    with suppress(ProcessLookupError):  # it has ended already
        os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, 0) + NICE)
        resource.prlimit(pid, resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))


def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


async def _document(process: asyncio.subprocess.Process, watch: Watch) -> dict[str, Any]:
    assert process.stdout is not None
    assert process.stderr is not None
    latest: list[Progress] = []
    tasks = [asyncio.ensure_future(_read_all(process.stdout)), asyncio.ensure_future(_follow(process.stderr, latest))]
    try:
        pending = set(tasks)
        while pending:
            done, pending = await asyncio.wait(pending, timeout=LOOK_S, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
            if await to_thread.run_sync(watch, latest[-1] if latest else None):
                raise JobCancelled
        output, code = tasks[0].result(), await process.wait()
    finally:
        for task in tasks:
            task.cancel()
    return _parsed(output, code)


async def _read_all(stream: asyncio.StreamReader) -> bytes:
    output = b""
    while part := await stream.read(1 << 16):
        output += part
        if len(output) > MAX_DOCUMENT:
            raise Unavailable(FAILED)
    return output


async def _follow(stream: asyncio.StreamReader, latest: list[Progress]) -> bytes:
    """Keep the last progress of the command; its other lines may quote a file, so they are dropped unread."""
    while True:
        try:
            line = await stream.readline()
        except ValueError:  # a line over the limit
            continue
        if not line:
            return b""
        with suppress(ValueError, KeyError, TypeError):
            content = orjson.loads(line)
            latest[:] = [Progress(str(content["stage"]), float(content["fraction"]))]


def _parsed(output: bytes, code: int) -> dict[str, Any]:
    with suppress(orjson.JSONDecodeError, IndexError):
        document = orjson.loads(output.splitlines()[-1])
        if isinstance(document, dict):
            return document
    structlog.get_logger().error("an import ended without a document", exit_code=code, bytes=len(output))
    raise Unavailable(FAILED)
