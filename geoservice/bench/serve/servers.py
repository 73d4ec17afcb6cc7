"""The servers under test, processes that listen on this machine only: ours, nginx, TiPg and its PostGIS."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from types import MappingProxyType

import psycopg

from geoservice.bench.serve import sql
from geoservice.errors import Unavailable

WORKERS = 2
POSTGRES = Path("/usr/lib/postgresql/15/bin")
PEERS = Path(".venv-peers/bin")
NOTHING: Mapping[str, str] = MappingProxyType({})


def check_programs() -> None:
    """Raise :class:`Unavailable` that lists missing programs; ``make peers`` installs them."""
    programs = {"nginx": shutil.which("nginx", path="/usr/sbin:" + os.environ["PATH"]), "wrk": shutil.which("wrk")}
    missing = [n for n, path in programs.items() if not path]
    missing += [str(p) for p in (POSTGRES / "initdb", PEERS / "granian") if not p.exists()]
    if missing:
        raise Unavailable(f"bench serve: {', '.join(missing)} not found; install them with: make peers")


def needed_postgis() -> None:
    """Raise :class:`Unavailable` where PostgreSQL's own programs are missing."""
    if not (POSTGRES / "initdb").exists():
        raise Unavailable(f"bench soak: {POSTGRES / 'initdb'} not found; install it with: make peers")


def free_port() -> int:
    """Return an unused port."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def running(command: Sequence[object], probe: str, log: Path, environment: Mapping[str, str] = NOTHING) -> Iterator[int]:
    """Run a server until the block ends; yield its process id when ``probe`` responds."""
    with log.open("w") as log_file:
        arguments, variables = list(map(str, command)), {**os.environ, **environment}
        server = subprocess.Popen(  # noqa: S603 - the program is fixed
            arguments, stdout=log_file, stderr=log_file, env=variables, start_new_session=True
        )
    try:
        _wait(probe, server, log)
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            server.wait(15)
        with suppress(ProcessLookupError):  # a peer that ignores the signal to stop
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _wait(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        if server.poll() is not None:
            break
        with suppress(OSError), urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - a local URL
            if response.status == 200:
                return
        time.sleep(0.1)
    raise Unavailable(f"bench serve: no response from {url}\n{log.read_text()[-2000:]}")


@contextmanager
def ours(home: Path, environment: Mapping[str, str] = NOTHING, workers: int = WORKERS) -> Iterator[tuple[str, int]]:
    """Serve a folder with ``geoservice serve``; yields its URL and process id."""
    port = free_port()
    command = [sys.executable, "-m", "geoservice", "serve", "--home", home, "--port", port, "--workers", workers]
    url = f"http://127.0.0.1:{port}"
    quiet = {"GEOSERVICE_LOG_LEVEL": "error", "GEOSERVICE_RATE_LIMIT": "", **environment}
    with running(command, f"{url}/health/ready", home / "serve.log", quiet) as pid:
        yield url, pid


_NGINX = """
daemon off; worker_processes {workers}; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; etag on;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  default_type application/vnd.mapbox-vector-tile;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


@contextmanager
def nginx(folder: Path, files: Mapping[str, bytes]) -> Iterator[str]:
    """Serve files with nginx, tuned for speed; yield its URL."""
    port = free_port()
    (folder / "files").mkdir(parents=True)
    for name, body in files.items():
        (folder / "files" / name).write_bytes(body)
    folder.chmod(0o755)
    text = _NGINX.format(workers=WORKERS, folder=folder, port=port) + (f"user {_user()};\n" if os.geteuid() == 0 else "")
    (folder / "nginx.conf").write_text(text)
    program = shutil.which("nginx", path="/usr/sbin:" + os.environ["PATH"])
    url = f"http://127.0.0.1:{port}"
    with running([program, "-c", folder / "nginx.conf", "-e", "stderr"], f"{url}/{next(iter(files))}", folder / "nginx.log"):
        yield url


def _user() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name


def as_postgres(folder: Path, *command: object) -> None:
    """Run a server program; PostgreSQL refuses to run as root, so root hands over to the user ``postgres``."""
    prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    text = [*prefix, str(POSTGRES / str(command[0])), *map(str, command[1:])]
    subprocess.run(text, check=True, stdout=subprocess.DEVNULL, cwd=folder)  # noqa: S603 - the program is fixed


@contextmanager
def postgis() -> Iterator[str]:
    """Start a private PostGIS on a local port; yield its URL as the superuser."""
    with tempfile.TemporaryDirectory(prefix="geoservice-bench-") as name:
        folder, port = Path(name), free_port()
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        made = ("-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        as_postgres(folder, "initdb", "-D", data, *made)
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='{folder}' -c max_connections=100 "
            "-c shared_buffers=1GB -c fsync=off -c jit=off"
        )
        as_postgres(folder, "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(sql.EXTENSION)
            yield url
        finally:
            as_postgres(folder, "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


@contextmanager
def tipg(folder: Path, database: str) -> Iterator[str]:
    """Serve the tables of a database with TiPg under Granian, with as many workers as ours; yield its URL."""
    port = free_port()
    command = [(PEERS / "granian").absolute(), "--interface", "asgi", "--workers", WORKERS, "--port", port, "tipg.main:app"]
    environment = {"DATABASE_URL": database, "TIPG_DB_SCHEMAS": '["public"]', "TIPG_CATALOG_TTL": "100000"}
    url = f"http://127.0.0.1:{port}"
    with running(command, f"{url}/collections", folder / "tipg.log", environment):
        yield url


def martin(folder: Path, archive: Path) -> AbstractContextManager[str | None]:
    """Serve a PMTiles archive with martin, with as many workers as ours; yields the URL of its tiles, None without martin."""
    program = (PEERS / "martin").absolute()
    return _martin(program, folder, archive) if program.exists() else nullcontext()


@contextmanager
def _martin(program: Path, folder: Path, archive: Path) -> Iterator[str]:
    port = free_port()
    command = [program, "--listen-addresses", f"127.0.0.1:{port}", "--workers", WORKERS, archive]
    with running(command, f"http://127.0.0.1:{port}/health", folder / "martin.log", {"RUST_LOG": "error"}):
        yield f"http://127.0.0.1:{port}/{archive.stem}"
