"""Files of a run, in a folder and in an object store."""

import pickle
from pathlib import Path

import pyarrow as pa
import pytest
from s3_server import S3Server

from geoservice.errors import NotFound
from geoservice.pipeline.regional.store import RunStore


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    if request.param == "folder":
        return RunStore(str(tmp_path / "work"))
    server: S3Server = request.getfixturevalue("s3")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return RunStore(f"s3://{server.bucket()}/work")


def test_what_is_written_is_read_in_another_process(store: RunStore) -> None:
    table = pa.table({"a": [1, 2], "名称": ["x", None]})
    store.write_table("results/one", table)
    store.write_json("notes.json", {"zh": "县"})
    other = pickle.loads(pickle.dumps(store))
    assert other.read_table("results/one").equals(table)
    assert other.read_table("results/one", ["名称"]).column_names == ["名称"]
    assert other.read_json("notes.json") == {"zh": "县"}


def test_texts_stay_dictionary_encoded_whatever_the_dictionaries_of_their_chunks(store: RunStore) -> None:
    chunks = pa.chunked_array([pa.array(["b", "a"]).dictionary_encode(), pa.array(["c", "a"]).dictionary_encode()])
    store.write_table("rows", pa.table({"unit": chunks}))
    read = store.read_table("rows").column("unit")
    assert pa.types.is_dictionary(read.type)
    assert read.to_pylist() == ["b", "a", "c", "a"]


def test_a_file_that_is_not_there_is_missing_by_name(store: RunStore) -> None:
    assert not store.has("done/travel-A")
    with pytest.raises(NotFound, match="done/travel-A"):
        store.read("done/travel-A")
    store.write("done/travel-A", b"")
    assert store.has("done/travel-A")


def test_a_writer_that_fails_leaves_no_file(store: RunStore) -> None:
    with pytest.raises(TypeError):
        store.write("half", "text instead of bytes")  # type: ignore[arg-type]
    assert not store.has("half")


def test_folders_come_back_with_their_files(store: RunStore, tmp_path: Path) -> None:
    (source := tmp_path / "network" / "walk").mkdir(parents=True)
    (source / "u.npy").write_bytes(b"123")
    store.put_folder("networks/A", tmp_path / "network")
    with store.local_output("extracts") as folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "A.osm.pbf").write_bytes(b"pbf")
    assert (store.local_folder("networks/A", tmp_path / "scratch") / "walk" / "u.npy").read_bytes() == b"123"
    assert store.read("extracts/A.osm.pbf") == b"pbf"


def test_a_removed_store_is_empty(store: RunStore) -> None:
    store.write("a/b", b"1")
    store.remove()
    assert not store.has("a/b")
