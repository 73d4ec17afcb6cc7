"""Third-party test suites against a running server that publishes OGC's test data, once from each store."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from annex import annex_content

from geoservice.release import open_store

collect_ignore = ["in_qgis.py", "large_limit.py"]  # run by test_qgis and test_schemathesis, in other Pythons
PEERS = Path(__file__).parents[2] / ".venv-peers" / "bin"


@pytest.fixture(scope="session")
def peers() -> Path:
    """Return the programs of the environment that OGC's suite and schemathesis live in, or skip."""
    if not (PEERS / "schemathesis").exists():
        pytest.skip("run `make .venv-peers/.installed` to run this test")
    return PEERS


@pytest.fixture(scope="module", params=["duckdb", pytest.param("postgis", marks=pytest.mark.postgis)])
def url(
    request: pytest.FixtureRequest,
    reference: Path,
    serve: Callable[..., AbstractContextManager[Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Serve the data from each store; yields the base URL without a slash at its end."""
    home = tmp_path_factory.mktemp("annex")
    dsn = request.getfixturevalue("postgis") if request.param == "postgis" else None
    prefix = f"annex_{os.getpid()}_{len(list(home.parent.iterdir()))}"
    store = open_store(home / "releases", dsn, prefix, read_only=False)
    store.write(annex_content(reference / "cql2"))
    store.close()
    office = {"GEOSERVICE_SERVE_DSN": dsn} if dsn else {}
    with serve(home, GEOSERVICE_SCHEMA_PREFIX=prefix, GEOSERVICE_RATE_LIMIT="1000000/minute", **office) as served:
        yield served.url


@pytest.fixture
def tell(tmp_path: Path) -> Callable[..., str]:
    """Return ``tell(program, ...)``: run a judge in a folder of its own; a failure shows what it said."""

    def run(*words: object, seconds: int = 300, **environment: str) -> str:
        words, variables = tuple(map(str, words)), {**os.environ, **environment}
        told = subprocess.run(words, check=False, capture_output=True, text=True, timeout=seconds, env=variables, cwd=tmp_path)
        assert told.returncode == 0, (told.stdout + told.stderr)[-8000:]
        return told.stdout

    return run
