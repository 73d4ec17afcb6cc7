"""A release as a folder: its links, its digests, whose layers it has, and what becomes of the folder that was there."""

import hashlib
import json
import posixpath
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import clinics
import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
from built_page import built_page

from geoservice.api.release import open_release
from geoservice.bench.province.areas import LEVELS, Size
from geoservice.bench.province.release import publish_made_up
from geoservice.errors import Conflict, InputError, NotFound, ParameterError
from geoservice.release import open_store
from geoservice.release.protocols import ReleaseReader
from geoservice.server.features.writers import count_parts, index_bytes
from geoservice.static_site import export as export_module
from geoservice.static_site import export_static, page
from geoservice.static_site.documents import layer_suffixes
from geoservice.static_site.links import Linker, items_file
from geoservice.static_site.stac import assets

LINKS = ("href", "url", "sprite", "glyphs", "data", "$id")
HOSTS = re.compile(r"https?://[a-z0-9.-]+")
NAMES = {"http://www.opengis.net", "https://json-schema.org", "https://maplibre.org"}
"""Names of concepts, which nobody fetches."""


@pytest.fixture(scope="module", autouse=True)
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with built_page(tmp_path_factory.mktemp("page")):
        yield


@pytest.fixture(scope="module")
def reader(published: Any) -> Iterator[ReleaseReader]:
    store = published.open()
    reader = store.open()
    yield reader
    reader.close()
    store.close()


@pytest.fixture(scope="module")
def copy(reader: ReleaseReader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy that tests only read."""
    folder = tmp_path_factory.mktemp("copy") / "maps"
    export_static(reader, folder)
    return folder


@pytest.fixture
def own(copy: Path, tmp_path: Path) -> Path:
    """Return a copy of a test's own."""
    shutil.copytree(copy, tmp_path / "maps")
    return tmp_path / "maps"


def version_in(folder: Path) -> str:
    return str(json.loads((folder / "static.json").read_text())["geoservice"]["version"])


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def links_in(content: Any) -> Iterator[str]:
    if isinstance(content, list):
        for item in content:
            yield from links_in(item)
    elif isinstance(content, dict):
        for key, value in content.items():
            if key in LINKS and isinstance(value, str):
                yield value
            elif key == "tiles" and isinstance(value, list):
                yield from value
            else:
                yield from links_in(value)


def targets(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield each document with the file or folder that each of its links leads to."""
    for name in sorted(names(folder)):
        text = (folder / name).read_text(errors="ignore")
        if name.endswith(".json") and not name.startswith("data/"):
            found = list(links_in(json.loads(text)))
        elif name.endswith((".html", ".md")):
            found = re.findall(r'(?:src=|href=|\]\()"?([^")]+)["\)]', text)
        else:
            continue
        for link in found:
            path = unquote(link.removeprefix("pmtiles://").removesuffix("/{z}/{x}/{y}").partition("{")[0])
            yield name, posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def test_every_link_leads_to_a_file_of_the_folder(copy: Path) -> None:
    found = [(name, target) for name, target in targets(copy) if not target.startswith("http:")]
    assert len(found) > 200
    assert [x for x in found if not ((copy / x[1]).exists() or (copy / f"{x[1]}.json").exists())] == []
    assert {name for name, _ in found} >= {"index.html", "index.json", "README.md", "stac/release.json", "static.json"}


def test_no_file_names_a_host(copy: Path) -> None:
    """All links are relative, so the folder works under any address; what is left are names of standards."""
    texts = [(copy / name).read_text() for name in names(copy) if name.endswith((".json", ".html", ".md", ".txt"))]
    assert {host for text in texts for host in HOSTS.findall(text)} <= NAMES


def test_links_can_be_absolute(reader: ReleaseReader, tmp_path: Path) -> None:
    export_static(reader, tmp_path / "maps", url="https://example.org/deep/maps")
    style = json.loads((tmp_path / "maps/styles/map.json").read_text())
    base = "https://example.org/deep/maps"
    assert (style["sprite"], style["glyphs"]) == (f"{base}/styles/sprite", f"{base}/fonts/{{fontstack}}/{{range}}.pbf")
    assert style["sources"]["coverage"]["url"] == f"pmtiles://{base}/tiles/coverage.pmtiles"
    with pytest.raises(InputError, match="got 'ftp://x', allowed is the address of a folder"):
        export_static(reader, tmp_path / "other", url="ftp://x")


def test_documents_are_those_of_the_server_in_both_languages(copy: Path, client: Any) -> None:
    for language, name in (("en", "index.json"), ("zh", "index.zh.json")):
        served = client.json(f"/collections/coverage?lang={language}")
        copied = json.loads((copy / "collections/coverage" / name).read_text())
        changed = ("links", "crs")
        assert {k: v for k, v in copied.items() if k not in changed} == {k: v for k, v in served.items() if k not in changed}
        assert {link["href"] for link in copied["links"]} >= {name, "items.parquet", "items.fgb", "items.csv", "items.geojson"}
    served = client.json("/manifest")
    version = version_in(copy)
    assert version.startswith(f"{served['version']}-")
    assert json.loads((copy / "manifest.json").read_text()) == {**served, "version": version}
    assert (copy / "styles/coverage.legend.svg").read_text() == client.get("/styles/coverage/legend?f=svg&lang=en").text


def test_the_page_is_told_and_may_load_nothing_else(copy: Path) -> None:
    html = (copy / "index.html").read_text()
    assert '<meta name="geoservice-static" content="static.json" />' in html
    assert "default-src &#x27;self&#x27;" in html


def test_tiles_and_features_are_those_of_the_release(copy: Path, reader: ReleaseReader, client: Any) -> None:
    for name in ("coverage", "stations"):
        size = reader.archive(name)
        assert (copy / f"tiles/{name}.pmtiles").read_bytes() == reader.read_archive(name, 0, size)
    served = client.json("/collections/coverage/items?limit=1000")["features"]
    assert json.loads((copy / "collections/coverage/items.geojson").read_text())["features"] == served
    frame = geopandas.read_parquet(copy / "collections/coverage/items.parquet")
    placed = pyogrio.read_dataframe(copy / "collections/coverage/items.fgb").set_index("fid").sort_index()
    for rows in (frame.set_index("fid"), placed):
        assert rows["name_zh"].tolist() == [f["properties"]["name_zh"] for f in served]
    assert pq.read_table(copy / "collections/table/items.parquet").num_rows == 6
    assert pyogrio.read_info(copy / "collections/stations/items.fgb")["features"] == 121


def test_a_flatgeobuf_has_an_index_where_every_feature_is_placed(copy: Path) -> None:
    """Of the stations one has no place, so that its file has none."""
    coverage, stations = (copy / f"collections/{name}/items.fgb" for name in ("coverage", "stations"))
    assert count_parts(coverage, index_bytes(3)) == 3 + 1
    assert count_parts(stations) == 121 + 1


def _served(client: Any, layer: str) -> list[dict[str, Any]]:
    return list(client.json(f"/collections/{layer}/items?limit=1000")["features"])


@pytest.mark.parametrize("layer", ["coverage", "stations", "table"])
def test_the_numbers_of_the_page_are_those_of_the_api(copy: Path, client: Any, layer: str) -> None:
    folder = copy / "data" / layer
    index = json.loads((folder / "index.json").read_text())
    features = []
    for part, keys in enumerate(index["parts"]):
        groups = [json.loads((folder / f"{part}.{i}.json").read_text()) for i in range(len(index["groups"]))]
        shapes = json.loads((folder / f"{part}.shapes.json").read_text())["shapes"] if index["shapes"] else None
        for row in range(groups[0]["rows"]):
            values = {
                n: g["same"].get(n, g["columns"].get(n, [None] * 999)[row]) for g in groups for n in {*g["same"], *g["columns"]}
            }
            assert [values[k] for k in index["keys"]] == keys
            fid, path = values.pop("fid"), values.pop("area_path")
            assert (path or "/").startswith(index["areas"][part])
            features.append({"type": "Feature", "id": fid, "geometry": shapes[row] if shapes else None, "properties": values})
    assert sorted(features, key=lambda f: f["id"]) == _served(client, layer)


def test_columns_of_a_wide_layer_are_in_groups_by_trip(
    reader: ReleaseReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geoservice.static_site.page_data.SPLIT_VALUES", 0)
    export_static(reader, tmp_path / "maps")
    first, trip = json.loads((tmp_path / "maps/data/coverage/index.json").read_text())["groups"]
    assert first == ["fid", "geography", "unit", "name_zh", "name_en", "area_path"]
    assert {"share_clinic_walk_15", "share_clinic_walk_30"} <= set(trip)


def test_a_level_of_many_areas_is_in_parts_by_the_area_above(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoservice.static_site.page_data.PART_SHAPES", 5)
    publish_made_up(tmp_path / "releases", Size(LEVELS[2:], ((1, 2), (2, 2))))
    with open_release(tmp_path) as release:
        release.export_static(tmp_path / "maps")
    coverage, gaps = (json.loads((tmp_path / f"maps/data/{name}/index.json").read_text()) for name in ("coverage", "gaps"))
    county = "/340101/"
    villages = [("village", f"{county}340101001/"), ("village", f"{county}340101002/")]
    assert [(*keys, area) for keys, area in zip(coverage["parts"], coverage["areas"], strict=True)] == [
        ("county", "/"), ("township", "/"), *villages,
    ]  # fmt: skip
    assert gaps["areas"] == ["/"]


def test_digests_and_bytes_are_the_same_again(copy: Path, reader: ReleaseReader, tmp_path: Path) -> None:
    lines = [line.split("  ", 1) for line in (copy / "SHA256SUMS").read_text().splitlines()]
    assert {name for _, name in lines} == names(copy) - {"SHA256SUMS"}
    assert all(hashlib.sha256((copy / name).read_bytes()).hexdigest() == digest for digest, name in lines)
    export_static(reader, tmp_path / "again")
    assert (tmp_path / "again/SHA256SUMS").read_text() == (copy / "SHA256SUMS").read_text()


def test_the_version_in_addresses_is_that_of_the_content(
    copy: Path, reader: ReleaseReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Web servers call what has ``?v=`` immutable: another geoservice writes other files for the same release."""
    stated = {json.loads(path.read_text())["version"] for path in (copy / "data").rglob("*.json")}
    assert stated == {version_in(copy)}
    monkeypatch.setattr("geoservice.static_site.folder.__version__", "next")
    export_static(reader, tmp_path / "newer")
    monkeypatch.undo()
    monkeypatch.setattr("geoservice.static_site.page_data.SPLIT_VALUES", 0)
    export_static(reader, tmp_path / "split")
    assert len({version_in(folder) for folder in (copy, tmp_path / "newer", tmp_path / "split")}) == 3


def test_only_layers_of_the_role_are_copied(copy: Path, reader: ReleaseReader, tmp_path: Path) -> None:
    assert not any("secret" in name for name in names(copy))
    assert not any(b'"secret"' in path.read_bytes() for path in copy.rglob("*.json"))
    found = export_static(reader, tmp_path / "all", role="steward")
    assert "secret" in found.layers
    assert "tiles/secret.pmtiles" in names(tmp_path / "all")
    with pytest.raises(ParameterError, match="role: got 'admin', allowed are public, planner, steward"):
        export_static(reader, tmp_path / "none", role="admin")


def test_a_layer_without_any_place_has_no_tiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = clinics.clinics()
    unplaced = rows.set_column(rows.column_names.index("geometry"), "geometry", pa.nulls(len(rows), pa.binary()))
    with monkeypatch.context() as patch:
        patch.setattr(clinics, "clinics", lambda: unplaced)
        content = clinics.release_content()
    store = open_store(tmp_path / "releases", None, "x", read_only=False)
    store.write(content)
    with closing(store), closing(store.open()) as reader:
        assert [(layer.geometry, layer.bbox) for layer in reader.manifest.layers] == [("point", None)] * 2
        export_static(reader, tmp_path / "maps")
    folder = tmp_path / "maps"
    assert json.loads((folder / "static.json").read_text())["tiles"] == {}
    assert json.loads((folder / "styles/map.json").read_text())["sources"] == {}
    assert [x for x in targets(folder) if not ((folder / x[1]).exists() or (folder / f"{x[1]}.json").exists())] == []
    assert len(pq.read_table(folder / "collections/clinics/items.parquet")) == len(rows)


def test_every_file_with_features_is_an_asset(reader: ReleaseReader) -> None:
    names = [items_file("coverage", suffix) for suffix in layer_suffixes(reader.layer("coverage"), timetable=True)]
    hrefs = {asset["href"] for _, asset in assets([reader.layer("coverage")], Linker(frozenset(names)))}
    assert hrefs >= {f"../{name}" for name in names}
    assert "../collections/coverage/items.zh.ics" in hrefs


def test_arrays_of_live_questions_and_the_gazetteer_stay(copy: Path) -> None:
    assert {name.partition("/")[0] for name in names(copy)} == {
        "ATTRIBUTION.txt", "README.md", "SHA256SUMS", "assets", "collections", "data", "fonts", "index.html", "index.json",
        "index.zh.json", "manifest.json", "stac", "static.json", "styles", "tiles",
    }  # fmt: skip


def test_a_folder_with_other_files_is_refused(reader: ReleaseReader, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Conflict, match="the folder has other files, and nothing was written"):
        export_static(reader, tmp_path, replace=True)
    with pytest.raises(InputError, match="this is a file"):
        export_static(reader, tmp_path / "mine.txt")
    assert names(tmp_path) == {"mine.txt"}


def test_an_earlier_copy_is_replaced_only_if_told(own: Path, reader: ReleaseReader) -> None:
    (own / "stale.json").write_text("{}")
    with pytest.raises(Conflict, match="--replace puts the new one there"):
        export_static(reader, own)
    export_static(reader, own, replace=True)
    assert "stale.json" not in names(own)
    assert [path.name for path in own.parent.iterdir()] == ["maps"]


def check_that_the_earlier_copy_stays(own: Path, reader: ReleaseReader, failure: str) -> None:
    before = (own / "SHA256SUMS").read_text()
    with pytest.raises(OSError, match=failure):
        export_static(reader, own, replace=True)
    assert (own / "SHA256SUMS").read_text() == before
    assert [path.name for path in own.parent.iterdir()] == ["maps"]


def test_a_failure_leaves_the_earlier_copy(own: Path, reader: ReleaseReader, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(export_module, "write_archive", fail)
    check_that_the_earlier_copy_stays(own, reader, "no space")


def test_the_earlier_copy_is_put_back_if_the_new_one_cannot_be_moved(
    own: Path, reader: ReleaseReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename, calls = Path.rename, list[Path]()

    def second_fails(path: Path, target: Path) -> Path:
        calls.append(path)
        if len(calls) == 2:
            raise OSError("no such disk")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", second_fails)
    check_that_the_earlier_copy_stays(own, reader, "no such disk")


def test_a_mount_point_is_refused_before_anything_is_written(
    reader: ReleaseReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "maps").mkdir()
    (tmp_path / "link").symlink_to("maps")
    monkeypatch.setattr("os.path.ismount", lambda path: Path(path) == tmp_path / "maps")
    for name in ("maps", "link"):
        with pytest.raises(InputError, match=r"maps: this is a mount point, .* name a folder in it"):
            export_static(reader, tmp_path / name)
    assert {path.name for path in tmp_path.iterdir()} == {"maps", "link"}


def test_without_a_page_nothing_is_written(reader: ReleaseReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "STATIC", tmp_path / "none")
    with pytest.raises(NotFound, match="the page has not been built"):
        export_static(reader, tmp_path / "maps")
    assert list(tmp_path.iterdir()) == []
