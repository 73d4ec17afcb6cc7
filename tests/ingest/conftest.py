"""A workspace, a study, and small files made by code."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from district import AREAS, collection, square

from geoservice.ingest import Options, Report, import_file
from geoservice.study import Study
from geoservice.workspace import Source, Workspace, open_workspace


@pytest.fixture(scope="session")
def study() -> Study:
    return Study.model_validate(
        {
            "id": "test",
            "title": {"zh": "试验", "en": "Test"},
            "services": [
                {"id": "checkup", "title": {"zh": "体检", "en": "Check-up"}},
                {"id": "care", "title": {"zh": "照护", "en": "Care"}},
            ],
            "groups": [{"id": "under_6", "title": {"zh": "六岁以下", "en": "Under six"}}],
        }
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = open_workspace(tmp_path / "workspace", None, "geoservice")
    yield opened
    opened.close()


Load = Callable[..., Report]


@pytest.fixture
def load(workspace: Workspace, study: Study, tmp_path: Path) -> Load:
    """Import text, bytes or an existing file: ``load("stations", "s.csv", "id,...", crs="gcj02")``."""

    def go(table: Any, name: str, content: str | bytes | None = None, **options: Any) -> Report:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_file(workspace, table, path, Options(**options), study, lambda stage, fraction: None)

    return go


@pytest.fixture(scope="session")
def areas_table(tmp_path_factory: pytest.TempPathFactory, study: Study) -> pa.Table:
    """One county with two townships, and an eastern strip that is in no township; imported once for all tests."""
    folder = tmp_path_factory.mktemp("areas")
    (folder / "areas.geojson").write_text(AREAS)
    made = open_workspace(folder / "workspace", None, "geoservice")
    import_file(made, "areas", folder / "areas.geojson", Options(), study, lambda stage, fraction: None)
    table = made.read("areas")
    made.close()
    return table


@pytest.fixture
def areas(workspace: Workspace, areas_table: pa.Table) -> None:
    """Put the areas into the workspace."""
    workspace.write("areas", areas_table, Source("areas.geojson", "0" * 64))


@pytest.fixture(scope="session")
def places() -> Callable[..., str]:
    return collection


@pytest.fixture(scope="session")
def box() -> Callable[..., dict[str, Any]]:
    return square
