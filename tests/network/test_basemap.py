"""The base map: its layers, its fields, reproducible bytes, no path of the machine in it."""

import gzip
from pathlib import Path

import mapbox_vector_tile
import pytest
from pmtiles.reader import MemorySource, Reader

from geoservice.errors import UnreadableFile
from geoservice.geo import tile_at
from geoservice.network.basemap import LAYERS, write_base_map
from geoservice.progress import quiet


def test_layers_fields_and_bytes(helsinki: Path, tmp_path: Path) -> None:
    write_base_map(helsinki, tmp_path / "a.pmtiles", quiet)
    write_base_map(helsinki, tmp_path / "b" / "b.pmtiles", quiet)
    data = (tmp_path / "a.pmtiles").read_bytes()
    assert data == (tmp_path / "b" / "b.pmtiles").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.pmtiles", "b"]
    reader = Reader(MemorySource(data))
    about = str(reader.metadata())
    assert "OpenStreetMap" in about
    assert str(tmp_path) not in about
    assert "site-packages" not in about
    assert (reader.header()["min_zoom"], reader.header()["max_zoom"]) == (0, 14)
    assert sorted(layer["id"] for layer in reader.metadata()["vector_layers"]) == sorted(LAYERS)
    tile = tile_at(24.94, 60.168, 14)
    layers = mapbox_vector_tile.decode(gzip.decompress(reader.get(tile.z, tile.x, tile.y)))
    assert len(layers["road"]["features"]) > 100
    for layer in layers.values():
        assert {key for f in layer["features"] for key in f["properties"]} <= {"name", "class"}
        assert all("class" in f["properties"] for f in layer["features"])


def test_a_file_that_is_no_extract_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.osm.pbf").write_text("no", encoding="utf-8")
    for name in ("x.osm.pbf", "none.osm.pbf"):
        with pytest.raises(UnreadableFile, match=name):
            write_base_map(tmp_path / name, tmp_path / "out.pmtiles", quiet)
    assert not (tmp_path / "out.pmtiles").exists()
