"""Addresses and place search from Python."""

from collections.abc import Iterator
from pathlib import Path

import geopandas
import pandas as pd
import pytest

import geoservice
from geoservice.api.project import ProjectFolder as Project
from geoservice.errors import NotFound, ParameterError


@pytest.fixture(scope="module")
def project(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The grid town with a gazetteer that knows two compounds."""
    folder = tmp_path_factory.mktemp("addresses")
    (folder / "study.toml").write_text((town / "study.toml").read_text(encoding="utf-8"), encoding="utf-8")
    west, south, *_ = geopandas.read_file(town / "areas.geojson").total_bounds
    rows = (("阳光花园", "小区", west + 0.011, south + 0.012), ("Sunny Court", "compound", west + 0.004, south + 0.003))
    pd.DataFrame(rows, columns=["name", "kind", "lon", "lat"]).to_csv(folder / "places.csv", index=False)
    with geoservice.open_project(folder) as opened:
        with pytest.raises(NotFound):
            opened.gazetteer.search("sunny")
        opened.import_areas(town / "areas.geojson")
        opened.gazetteer.add(folder / "places.csv", "places")
        opened.gazetteer.build()
        yield opened


def test_addresses_become_a_frame_in_their_order_without_their_text(project: Project, tmp_path: Path) -> None:
    addresses = ["阳光花园3栋", "?", "阳光花园"]
    frame = project.geocode_addresses(addresses, country="CN")
    assert frame.crs.to_epsg() == 4326
    assert frame["status"].tolist() == ["matched", "none", "matched"]
    assert frame.loc[1, "reason"] == "not_an_address"
    assert frame.geometry.isna().tolist() == [False, True, False]
    assert frame.geometry[0] == project.gazetteer.search("阳光花园").geometry[0]
    assert "3栋" not in frame.to_json()
    pd.DataFrame({"address": addresses}).to_csv(tmp_path / "file.csv", index=False)
    out = pd.read_csv(project.geocode(tmp_path / "file.csv", country="CN").out)
    assert out["geocode_score"].tolist() == frame["score"].tolist(), "the same row has the same answer in a file"


def test_places_are_found_by_pinyin_and_in_english(project: Project) -> None:
    (found,) = project.gazetteer.search("yangguang", language="zh").itertuples()
    assert (found.kind, found.name) == ("compound", "阳光花园")
    assert project.gazetteer.search("sunny c")["name"].tolist() == ["Sunny Court"]
    assert len(project.gazetteer.search("nothing of this name")) == 0
    with pytest.raises(ParameterError, match="kind"):
        project.gazetteer.search("sunny", kinds=["castle"])
