"""Plain web servers for copies of a release: nginx with the example of docker/, or another command."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).parents[2] / "docker" / "nginx-static.conf"


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def running(command: list[str], url: str, folder: Path) -> Iterator[str]:
    """Run a web server while the block runs; yields its address as soon as it answers."""
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        for _ in range(100):
            with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
                break
            assert server.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        try:
            yield url
        finally:  # else a test that fails waits for the server for ever
            server.terminate()


@contextmanager
def nginx_with(copy: Path, folder: Path) -> Iterator[str]:
    """Serve a copy with the example of docker/, below /maps/; ``folder`` is for the server's own files."""
    if not shutil.which("nginx"):
        pytest.skip("install nginx to run this test")
    port = free_port()
    text = CONFIGURATION.read_text()
    for old, new in (("listen 80", f"listen 127.0.0.1:{port}"), ("/srv/maps/", f"{copy}/")):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    spare = "".join(f"{n}_temp_path {folder}/{n}; " for n in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root; " if os.geteuid() == 0 else ""
    (folder / "site.conf").write_text(text)
    (folder / "nginx.conf").write_text(
        f"{user}pid {folder}/pid; events {{}} http {{ access_log off; {spare} include site.conf; }}"
    )
    command = [
        "nginx",
        "-p",
        str(folder),
        "-c",
        str(folder / "nginx.conf"),
        "-e",
        str(folder / "error.log"),
        "-g",
        "daemon off;",
    ]
    with running(command, f"http://127.0.0.1:{port}/maps/", folder) as url:
        yield url
