"""Fixtures: a project, a register, a study, and small generated files."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from district import AREAS, collection, square

from geoservice.ingest import Options, Report, import_file
from geoservice.project import Project, open_project
from geoservice.register import Register, open_register
from geoservice.study import Study
from geoservice.vintages import Source, VintageStore


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
def project(tmp_path: Path) -> Iterator[Project]:
    with closing(open_project(tmp_path / "project", None, "geoservice")) as opened:
        yield opened


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with closing(open_register(tmp_path / "register", None, "geoservice")) as opened:
        yield opened


Load = Callable[..., Report]


@pytest.fixture
def load(project: Project, register: Register, study: Study, tmp_path: Path) -> Load:
    """Import text, bytes or an existing file: ``load("stations", "s.csv", "id,...", crs="gcj02")``."""

    def import_content(table: Any, name: str, content: str | bytes | None = None, **options: Any) -> Report:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_file(project, table, path, Options(**options), study, lambda stage, fraction: None, register)

    return import_content


@pytest.fixture
def state(project: Project, register: Register) -> Callable[[], object]:
    """Return ``state()``: the content of both stores."""
    stores: tuple[VintageStore, ...] = (project, register)
    return lambda: [({t: store.digest(t) for t in store.tables}, store.vintages()) for store in stores]


@pytest.fixture(scope="session")
def areas_table(tmp_path_factory: pytest.TempPathFactory, study: Study) -> pa.Table:
    """Return areas: one county with two townships and an eastern strip in no township; imported once for all tests."""
    folder = tmp_path_factory.mktemp("areas")
    (folder / "areas.geojson").write_text(AREAS)
    with closing(open_project(folder / "project", None, "geoservice")) as opened:
        import_file(opened, "areas", folder / "areas.geojson", Options(), study, lambda stage, fraction: None)
        return opened.read("areas")


@pytest.fixture
def areas(project: Project, areas_table: pa.Table) -> None:
    """Put the areas into the project."""
    project.write("areas", areas_table, Source("areas.geojson", "0" * 64))


@pytest.fixture(scope="session")
def places() -> Callable[..., str]:
    return collection


@pytest.fixture(scope="session")
def box() -> Callable[..., dict[str, Any]]:
    return square
