"""What is read out of a stored manifest, and what is refused."""

import json
from typing import Any

import pytest

from geoservice.errors import ReleaseError, Unavailable
from geoservice.release.base import FORMAT, Manifest, StoredFile
from geoservice.release.manifest import complete, manifest_hash, read_manifest

FILES = {"tiles/a.pmtiles": StoredFile(bytes=3, sha256="ab" * 32)}


@pytest.fixture
def stored() -> dict[str, Any]:
    manifest = Manifest(
        code_version="1", study={"id": "村"}, inputs={}, parameters={}, table_digest="t", layers=(), disclosure={"x": 0.1}
    )
    final = manifest.model_copy(update={"hash": manifest_hash(manifest), "created": "2026-01-01T00:00:00+00:00"})
    found: dict[str, Any] = json.loads(complete(final, FILES).model_dump_json())
    return found


def test_reads_what_was_written(stored):
    assert read_manifest(1, json.dumps(stored)).study == {"id": "村"}


def test_a_default_that_came_later_changes_nothing(stored):
    del stored["base_map"]  # as if the field had not been there when it was written
    stored["checksum"] = checksum_of(stored)
    assert read_manifest(1, json.dumps(stored)).base_map is False


def checksum_of(stored):
    import hashlib

    covered = {k: v for k, v in stored.items() if k != "checksum"}
    text = json.dumps(covered, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_hash_says_nothing_of_the_files_of_one_store(stored):
    manifest = read_manifest(1, json.dumps(stored))
    assert manifest.files == FILES
    assert manifest_hash(manifest) == manifest_hash(manifest.model_copy(update={"files": {}})) == manifest.hash


CHANGES = [
    {"study": {"id": "other"}}, {"hash": "0" * 64}, {"added": 1}, {"created": "2027-01-01T00:00:00+00:00"}, {"files": {}},
    {"files": {"tiles/a.pmtiles": {"bytes": 3, "sha256": "ac" * 32}}},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_found(stored, change):
    with pytest.raises(ReleaseError, match="changed after it was written"):
        read_manifest(3, json.dumps({**stored, **change}))


@pytest.mark.parametrize("text", ["", "[]", "{", "5", "null", f'{{"format": {FORMAT}}}', b"\xff", "[" * 100_000])
def test_no_manifest_is_told(text):
    with pytest.raises(ReleaseError, match="release 3: its manifest cannot be read"):
        read_manifest(3, text)


@pytest.mark.parametrize("name", ["layers", "files", "created", "study"])
def test_a_value_of_another_type_is_told(stored, name):
    with pytest.raises(ReleaseError, match="release 3: its manifest cannot be read"):
        read_manifest(3, json.dumps({**stored, name: 7}))


@pytest.mark.parametrize("form", [1, FORMAT - 1, FORMAT + 1])
def test_another_format_says_what_to_do(stored, form):
    with pytest.raises(Unavailable, match=f"format {form}, this geoservice reads {FORMAT}; run: geoservice publish"):
        read_manifest(3, json.dumps({**stored, "format": form}))


def test_the_first_format_had_no_number(stored):
    del stored["format"]
    with pytest.raises(Unavailable, match="format 1"):
        read_manifest(3, json.dumps(stored))
