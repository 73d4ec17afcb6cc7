"""A release from Python: the same frames from a folder, a store and a running service."""

import re
import shutil
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
from built_page import built_page
from geopandas.testing import assert_geodataframe_equal

import geoservice
from geoservice import Release
from geoservice.errors import Conflict, InputError, NotFound, ParameterError, Unauthorized, Unavailable

SHARE = "share_checkup_walk_15"


def expected_share(town: Path, levels: Callable[[pd.DataFrame], "pd.Series[bool]"]) -> float:
    """Percent of persons within 15 minutes, by the town's own rule: 5 minutes a block, B 5 minutes later."""
    people = pd.read_csv(town / "population.csv")
    people = people[levels(people)]
    i, j = (people["lon"] - 10) / 0.0036, people["lat"] / 0.0036
    blocks = i + j
    minutes = np.minimum(5 * blocks, 5 * (8 - blocks) + 5)
    on_street = np.isclose(i, i.round(), atol=1e-3) & (i < 4.5)
    return float(100 * people["persons"][on_street & (minutes < 15.01)].sum() / people["persons"].sum())


def test_a_layer_is_a_geodataframe_with_the_right_numbers(release: Release, town: Path) -> None:
    frame = release.layer("coverage")
    assert isinstance(frame, geopandas.GeoDataFrame)
    assert (frame.crs, frame.index.name) == ("EPSG:4326", "fid")
    assert sorted(frame["unit"]) == ["E", "T", "W"]
    by_unit = frame.set_index("unit")[SHARE]
    for unit, inside in {
        "T": lambda p: p["lon"] > 0,
        "W": lambda p: p["lon"] < 10.009,
        "E": lambda p: p["lon"] > 10.009,
    }.items():
        assert by_unit[unit] == pytest.approx(expected_share(town, inside), abs=0.01)
    assert frame.attrs["units"][SHARE] == "%"
    assert frame.attrs["units"]["persons"] == "person"
    assert frame.attrs["margins"][SHARE] == f"{SHARE}_margin"
    assert f"{SHARE}_margin" in frame.columns
    assert frame[frame["unit"] == "T"].total_bounds == pytest.approx([9.99, -0.01, 10.04, 0.025])


def test_levels_filters_boxes_and_columns_choose(release: Release) -> None:
    assert sorted(release.layer("coverage", level="township")["unit"]) == ["E", "W"]
    assert list(release.layer("coverage", where="unit = 'W'")["unit"]) == ["W"]
    assert list(release.layer("coverage", where={"unit": "W"})["unit"]) == ["W"]
    assert list(release.layer("coverage", where="persons > 0 AND unit <> 'T'", level="county")["unit"]) == []
    assert sorted(release.layer("coverage", level="township", bbox=(9.99, 0, 9.995, 0.01))["unit"]) == ["W"]
    few = release.layer("coverage", columns=["unit", SHARE])
    assert list(few.columns) == ["unit", SHARE, f"{SHARE}_margin", "geometry"]


def test_the_table_of_all_numbers_has_no_geometry(release: Release) -> None:
    table = release.layer("table", where={"measure": "covered_share", "minutes": 15, "group": "all"}, level="county")
    assert "geometry" not in table.columns
    assert set(table["measure"]) == {"covered_share"}
    assert table.attrs["measures"] == {"covered_share": "%"}
    of_layer = release.layer("coverage", level="county")[SHARE].iloc[0]
    assert list(table[(table["tier"] == "any") & (table["nth"] == 1)]["value"]) == [of_layer]


def test_layers_and_columns_are_described_in_both_languages(release: Release) -> None:
    assert release.layers.loc["coverage", ["title_zh", "title_en"]].tolist() == ["各区域覆盖率", "Coverage by area"]
    assert release.layers.loc["coverage", "levels"] == ["county", "township"]
    columns = release.columns("coverage")
    assert columns.loc["persons", ["title_en", "type", "unit", "measure"]].tolist() == [
        "Persons",
        "integer",
        "person",
        "persons",
    ]
    assert columns.loc[f"{SHARE}_margin", "margin_of"] == SHARE


def test_a_public_population_needs_no_protection(release: Release) -> None:
    assert (release.disclosure.rho, release.disclosure.guess_probability) == (None, None)
    assert "public population data" in release.disclosure.statement.en


@pytest.mark.parametrize(
    ("wish", "kind", "words"),
    [
        ({"layer_id": "absent"}, NotFound, "coverage"),
        ({"level": "village"}, ParameterError, "level: got 'village', layer coverage has county, township"),
        ({"where": "nobody > 1"}, ParameterError, "nobody"),
        ({"where": {"nobody": 1}}, ParameterError, "nobody"),
        ({"columns": ["nobody"]}, ParameterError, "nobody"),
        ({"bbox": (0, 50, 1, 40)}, ParameterError, "south"),
    ],
)
def test_an_unknown_layer_or_column_is_named(near: Release, served: str, wish: dict[str, Any], kind: Any, words: str) -> None:
    for opened in (near, geoservice.open_release(served)):
        with pytest.raises(kind, match=words):
            opened.layer(**{"layer_id": "coverage", **wish})


def test_a_map_shows_layers_and_loads_nothing_from_elsewhere(release: Release) -> None:
    page = release.explore("coverage", language="zh").get_root().render()
    assert "各区域覆盖率" in page
    assert "default-src 'none'" in page
    assert not re.findall(r"""<(?:script|link|img|iframe)[^>]+https?:""", page)
    assert "<iframe" in release.explore()._repr_html_()
    with pytest.raises(ParameterError, match="table: it has no geometry"):
        release.explore("table")


def test_a_release_becomes_a_folder_for_a_web_server(release: Release, served: str, tmp_path: Path) -> None:
    with built_page(tmp_path / "page"):
        copy = release.export_static(tmp_path / "maps")
        assert (copy.folder, "coverage" in copy.layers) == (tmp_path / "maps", True)
        assert copy.bytes == sum(f.stat().st_size for f in copy.folder.rglob("*") if f.is_file())
        with pytest.raises(Conflict, match="an earlier copy"):
            release.export_static(tmp_path / "maps")
        with geoservice.open_release(served) as far, pytest.raises(InputError, match="open its folder or store"):
            far.export_static(tmp_path / "far")


def test_a_service_gives_what_the_store_gives(near: Release, served: str) -> None:
    with geoservice.open_release(f"{served}/") as far:
        assert (far.number, far.manifest.hash) == (near.number, near.manifest.hash)
        assert far.disclosure == near.disclosure
        pd.testing.assert_frame_equal(far.layers, near.layers)
        for layer in ("coverage", "stations", "cells", "table"):
            mine, theirs = near.layer(layer), far.layer(layer)
            assert len(mine)
            assert mine.attrs == theirs.attrs
            if layer == "table":
                pd.testing.assert_frame_equal(theirs, mine)
            else:
                assert_geodataframe_equal(theirs, mine)
        wish: dict[str, Any] = {
            "where": "persons > 0",
            "level": "township",
            "bbox": (9.99, 0, 9.995, 0.01),
            "columns": ["unit"],
        }
        assert_geodataframe_equal(far.layer("coverage", **wish), near.layer("coverage", **wish))
        assert list(far.layer("coverage", where={"unit": "W"})["unit"]) == ["W"]
        assert "Coverage by area" in far.explore("coverage").get_root().render()


def test_pages_of_a_service_are_put_together(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoservice.release.batches.Batches.__init__.__defaults__", (2,))
    with geoservice.open_release(served) as far:
        assert list(far.layer("coverage").index) == [1, 2, 3]
        assert sorted(far.layer("coverage")["unit"]) == ["E", "T", "W"]


def test_a_service_that_refuses_or_does_not_respond_is_an_error(served: str) -> None:
    with pytest.raises(Unauthorized, match=served):
        geoservice.open_release(served, token="nobody's")
    with pytest.raises(NotFound, match="release 9 does not exist, only 1"):
        geoservice.open_release(served, number=9)
    with pytest.raises(Unavailable, match=r"http://127\.0\.0\.1:9: no response"):
        geoservice.open_release("http://127.0.0.1:9")
    with pytest.raises(ParameterError, match="http:// or https://"):
        geoservice.open_release("file:///etc/passwd")
    with pytest.raises((InputError, NotFound), match="/styles"):
        geoservice.open_release(f"{served}/styles")


def test_a_release_that_replaced_the_opened_one_is_an_error(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame must not be made of two releases."""
    with geoservice.open_release(served) as far:
        monkeypatch.setattr(far._reader, "number", 7)
        with pytest.raises(Conflict, match="release 1 has replaced 7; open it again"):
            far.layer("coverage")


def test_a_token_stays_with_its_host() -> None:
    heard: list[tuple[str, str | None]] = []

    class Redirect(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append((str(self.headers["Host"]), self.headers["Authorization"]))
            there = len(heard) == 1
            self.send_response(302 if there else 404)
            self.send_header("Location", f"http://localhost:{self.server.server_address[1]}/manifest")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Redirect) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        with pytest.raises(NotFound, match="response with status 404"):
            geoservice.open_release(f"http://127.0.0.1:{port}", token="mine")
        server.shutdown()
    assert heard == [(f"127.0.0.1:{port}", "Bearer mine"), (f"localhost:{port}", None)]


def test_a_folder_is_found_whichever_is_named(folder_home: Path, tmp_path: Path) -> None:
    folder, copy = folder_home, tmp_path / "on a stick"
    shutil.copytree(folder / "releases" / "1", copy)
    for path in (folder, folder / "releases", folder / "releases" / "1", folder / "releases" / "current", str(copy)):
        with geoservice.open_release(path) as opened:
            assert len(opened.layer("coverage")) == 3
            assert opened.number == (0 if path == str(copy) else 1)
    with geoservice.open_release(folder, number=1) as opened:
        assert repr(opened).startswith("Release(1: ")
    with pytest.raises(NotFound, match="release 7"):
        geoservice.open_release(folder, number=7)
    with pytest.raises(NotFound, match="the folder does not exist"):
        geoservice.open_release(folder / "absent")
    with pytest.raises(Unavailable, match="geoservice publish"):
        geoservice.open_release(tmp_path)
