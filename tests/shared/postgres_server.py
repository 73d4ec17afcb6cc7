"""A private PostgreSQL server with PostGIS on a Unix socket, which can be stopped and started again."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
EXTENSION = Path("/usr/share/postgresql/15/extension/postgis.control")
INSTALLED = (PROGRAMS / "initdb").exists() and EXTENSION.exists()
OPTIONS = "-c listen_addresses='' -c shared_buffers=64MB"


class PostgresServer:
    """A server whose data are in ``folder``; ``dsn`` is its superuser's connection string."""

    def __init__(self, folder: Path, connections: int = 60) -> None:
        self.folder, self._connections = folder, connections
        self.dsn, self.socket = f"host={folder} user=postgres dbname=postgres", folder / ".s.PGSQL.5432"
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = str(folder / "data")
        self._run("initdb", "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.start()
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION postgis")

    def _run(self, *command: str) -> None:
        """Run a server program; PostgreSQL refuses to run as root, so root hands over to the user ``postgres``."""
        prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
        subprocess.run([*prefix, str(PROGRAMS / command[0]), *command[1:]], check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self) -> None:
        """Start it, and return when it takes connections."""
        options = f"{OPTIONS} -c unix_socket_directories='{self.folder}' -c max_connections={self._connections}"
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-o", options, "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: ``fast`` tells its clients, ``immediate`` does not take the time to write anything down."""
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-m", mode, "-w", "stop")

    def allow(self, *lines: str) -> None:
        """Let in who these lines of ``pg_hba.conf`` say, before those there are."""
        path = self.folder / "data" / "pg_hba.conf"
        path.write_text("\n".join([*lines, path.read_text(encoding="utf-8")]), encoding="utf-8")
        self._run("pg_ctl", "-D", f"{self.folder}/data", "reload")
