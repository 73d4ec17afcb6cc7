"""The corpus of bad files: each has its own error class and message, and changes nothing in the stores."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from district import CORPUS, HEADER, Write

from geoservice.errors import InputError, TooLarge
from geoservice.ingest import Report
from geoservice.project import Project
from geoservice.register import Register


@pytest.mark.parametrize(("table", "name", "write", "error", "message"), [c[1:] for c in CORPUS], ids=[c[0] for c in CORPUS])
def test_a_bad_file_is_refused_and_changes_nothing(
    state: Callable[[], object], project: Project, register: Register, areas: None, load: Callable[..., Report],
    tmp_path: Path, table: Any, name: str, write: Write, error: type[InputError], message: str,
) -> None:  # fmt: skip
    write(tmp_path / name)
    before = state()
    began = time.monotonic()
    with pytest.raises(error, match=message) as caught:
        load(table, name)
    assert type(caught.value) is error
    assert time.monotonic() - began < 60
    assert state() == before
    for store in (project, register):
        assert not list(store.folder.glob("reading-*")), "nothing of the file stays behind"


def test_every_kind_of_bad_file_has_its_own_message() -> None:
    assert len({(c[4], c[5]) for c in CORPUS}) >= len(CORPUS) - 6


def test_households_need_areas_first(load: Callable[..., Report]) -> None:
    with pytest.raises(InputError, match="import areas"):
        load("households", "h.csv", HEADER + "1,116.95,30.6,1,0\n")


def test_reading_stops_at_its_limits(load: Callable[..., Report], areas: None) -> None:
    with pytest.raises(TooLarge, match="longer than"):
        load("households", "h.csv", HEADER + "1,116.95,30.6,1,0\n", seconds=0.05)
    with pytest.raises(TooLarge, match="64 MB"):
        load("households", "h.csv", HEADER + "1,116.95,30.6,1,0\n", memory_mb=64)


def test_no_message_has_a_register_key_or_a_coordinate(load: Callable[..., Report], areas: None) -> None:
    with pytest.raises(InputError) as caught:
        load("households", "h.csv", HEADER + "KEY77,116.123456,95.6,1,0\nKEY77,116.95,30.6,x,0\nKEY78,116.95,30.6,1,0\n")
    assert "KEY7" not in str(caught.value)
    assert "116.123" not in str(caught.value)
    assert "95.6" not in str(caught.value)
