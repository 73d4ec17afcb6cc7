"""Copies of older releases: a layer that is no longer public, or was removed, is not in them either."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import clinics
import pytest
from built_page import built_page

import geoservice
from geoservice.errors import Unavailable
from geoservice.release import open_store
from geoservice.server.access import open_access

Home = Callable[[str | None], Path]


@pytest.fixture(scope="module", autouse=True)
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with built_page(tmp_path_factory.mktemp("page")):
        yield


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """``home(role)``: a project folder with a public release, and the current one after it with that role."""

    def made(role: str | None) -> Path:
        store = open_store(tmp_path / "home/releases", None, "x", read_only=False)
        store.write(clinics.content_with_role("public"))
        store.write(clinics.content_with_role(role))
        store.close()
        return tmp_path / "home"

    return made


def texts(folder: Path) -> str:
    """Return the names and the text of all files but those of the page."""
    paths = [p for p in folder.rglob("*") if p.is_file() and p.relative_to(folder).parts[0] not in {"assets", "fonts"}]
    return "\n".join(f"{p.relative_to(folder)}\n{p.read_text(errors='ignore')}" for p in paths)


@pytest.mark.parametrize("role", ["steward", None])
@pytest.mark.parametrize("source", [".", "releases", "releases/1"])
def test_a_withdrawn_layer_is_not_in_a_copy_of_an_old_release(
    home: Home, tmp_path: Path, role: str | None, source: str
) -> None:
    with geoservice.open_release(home(role) / source, 1) as release:
        copy = release.export_static(tmp_path / "maps")
        assert "clinics" not in copy.layers
        assert "clinics" not in texts(copy.folder)
        with pytest.raises(Unavailable, match="no layer that a map can show"):
            release.explore()
        assert release.explore("clinics")  # in a notebook, whoever names it sees it


def test_a_layer_of_a_role_is_copied_for_it_and_noted_once(home: Home, tmp_path: Path) -> None:
    folder = home("planner")
    with geoservice.open_release(folder, 1) as release:
        assert "clinics" in release.export_static(tmp_path / "maps", role="planner").layers
        release.export_static(tmp_path / "public")
    store = open_access(folder, None, "geoservice", owner=True)
    rows = [json.loads(row.body) for row in store.rows()]
    store.close()
    assert [(r["query"], r["status"]) for r in rows] == [("static release=1 role=planner", s) for s in ("begun", "done")]
    assert all(r["name"].endswith("(Python)") for r in rows)
