"""Surface files: what is written is read, and anything altered is refused."""

import hashlib
import json
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pytest
from county_surface import county_surface
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.demand import write_surface
from geoservice.errors import InputError
from geoservice.surface_files import SurfaceHeader, public_key, read_surface_file, write_surface_file
from geoservice.surface_files.header import signed_bytes
from geoservice.surface_files.signing import sign

SEED, OTHER = bytes(32), bytes([1] * 32)
MADE_AT = "2026-11-30T00:00:00+00:00"


@lru_cache(maxsize=1)
def body() -> bytes:
    return write_surface(county_surface("11", leaves=2, replays=3))


@lru_cache(maxsize=1)
def file() -> bytes:
    return write_surface_file(body(), ("11",), MADE_AT, "1.0", SEED)[1]


def signed(facts: dict[str, Any], compressed: bytes, seed: bytes = SEED) -> bytes:
    """Return a file with other facts in its header that is signed all the same."""
    head = signed_bytes(SurfaceHeader.model_validate({**header(), **facts}).text())
    return head + sign(seed, head) + compressed


def header() -> dict[str, Any]:
    return read_surface_file(file(), "x").header.model_dump()


def signed_as_is(facts: dict[str, Any]) -> bytes:
    """Return a file with a header that this software would not write, signed."""
    head = signed_bytes(json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")))
    return head + sign(SEED, head) + read_surface_file(file(), "x").compressed


def test_a_file_has_the_surface_and_its_facts() -> None:
    read = read_surface_file(file(), "county.surface")
    assert read.surface()[1] == body()
    assert read.header.areas == ("11",)
    assert (read.header.rho, read.header.vintage, read.header.made_up) == ("1/2", 1, True)
    assert read.header.key == public_key(SEED)
    assert any("rho 0.5" in line for line in read.header.lines())
    assert any("synthetic" in line for line in read.header.lines())


def test_the_same_surface_gives_the_same_file() -> None:
    assert write_surface_file(body(), ("11",), MADE_AT, "1.0", SEED)[1] == file()


@pytest.mark.parametrize("bit", [0, 5])
def test_a_file_with_any_byte_altered_is_refused(bit: int) -> None:
    original = file()
    for at in range(len(original)):
        altered = bytearray(original)
        altered[at] ^= 1 << bit
        with pytest.raises(InputError):
            read_surface_file(bytes(altered), "x")


@settings(deadline=None)
@given(st.binary(max_size=60), st.integers(0, 2000))
def test_a_file_that_is_cut_or_has_more_or_other_bytes_is_refused(more: bytes, at: int) -> None:
    for altered in (file()[:at], file() + more, file()[:at] + more + file()[at + len(more) :], more):
        if altered != file():
            with pytest.raises(InputError):
                read_surface_file(altered, "x")


def test_a_file_signed_by_another_key_than_it_names_is_refused() -> None:
    compressed = read_surface_file(file(), "x").compressed
    with pytest.raises(InputError, match="not signed with the key that it names"):
        read_surface_file(signed({}, compressed, OTHER), "x")
    assert read_surface_file(signed({"key": public_key(OTHER)}, compressed, OTHER), "x").header.key != public_key(SEED)


def test_a_header_written_in_another_way_is_refused_although_it_is_signed() -> None:
    read = read_surface_file(file(), "x")
    head = signed_bytes(json.dumps(json.loads(read.text)))
    with pytest.raises(InputError, match="altered"):
        read_surface_file(head + sign(SEED, head) + read.compressed, "x")


def test_another_format_is_refused_with_the_one_that_is_read() -> None:
    with pytest.raises(InputError, match=r"county: its format is '2', this version of geoservice reads 1"):
        read_surface_file(file().replace(b"geoservice surface 1", b"geoservice surface 2"), "county")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"geoservice surface 1\n", b"geoservice surface 1\n\xff\n"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"^some\.zip: "):
        read_surface_file(data, "some.zip")


@pytest.mark.parametrize(
    "facts",
    [
        {"areas": ("12",)},
        {"rho": "1/100"},
        {"caps": {"persons": 1}},
        {"vintage": 2},
        {"made_up": False},
    ],
)
def test_a_header_that_disagrees_with_its_surface_is_refused(facts: dict[str, Any]) -> None:
    read = read_surface_file(signed(facts, read_surface_file(file(), "x").compressed), "x")
    with pytest.raises(InputError, match=f"state different {next(iter(facts))}"):
        read.surface()


@pytest.mark.parametrize("escape", ["\x1b[2J", "\x9b2J", "\u202e", "\u2028"])
@pytest.mark.parametrize("name", ["areas", "made_at", "code_version", "caps", "more"])
def test_a_header_with_control_characters_is_refused_in_plain_text(name: str, escape: str) -> None:
    """Whoever looks at a file does not trust it yet: what it has is not for the terminal to obey."""
    text = f"1{escape}"
    facts: dict[str, Any] = {"areas": (text,), "caps": {text: 1}, "more": text}
    with pytest.raises(InputError, match="its header is damaged") as refused:
        read_surface_file(signed_as_is({**header(), text if name == "more" else name: facts.get(name, text)}), "x")
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("areas", [("12", "11"), ("11", "11"), ()])
def test_areas_are_sorted_and_each_is_there_once(areas: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="its header is damaged: areas"):
        read_surface_file(signed_as_is({**header(), "areas": areas}), "x")


def test_a_body_that_is_not_the_surface_of_the_header_is_refused() -> None:
    for data, message in (
        (pa.compress(b"other", "zstd", asbytes=True), "match|decompress"),
        (b"not compressed", "decompressed"),
        (pa.compress(b"x" * len(body()), "zstd", asbytes=True), "does not match its header"),
    ):
        read = read_surface_file(signed({"body": hashlib.sha256(data).hexdigest()}, data), "x")
        with pytest.raises(InputError, match=message):
            read.surface()


def test_a_surface_of_an_earlier_version_that_states_no_areas_has_those_of_its_header() -> None:
    made = county_surface("11", leaves=1, replays=2)
    older = write_surface(replace(made, description={k: v for k, v in made.description.items() if k != "areas"}))
    data = write_surface_file(older, ("11",), MADE_AT, "1.0", SEED)[1]
    assert read_surface_file(data, "x").surface()[1] == older


@pytest.mark.parametrize("facts", [{"kind": "population"}, {"parts": []}])
def test_only_the_surface_of_one_register_is_signed(facts: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="of one register"):
        write_surface_file(write_surface(county_surface("11", leaves=1, **facts)), ("11",), MADE_AT, "1.0", SEED)
