"""Many addresses: each geocoded once, in the order of the rows; a run that was interrupted goes on where it was."""

from pathlib import Path

import pytest

from geoservice.errors import GeoserviceError
from geoservice.geocode import bulk
from geoservice.geocode.bulk import end_run, geocode_addresses, run_digest
from geoservice.geocode.fixes import FixedPlace, Fixes
from geoservice.geocode.geocoder import Geocoder
from geoservice.geocode.results import Results
from geoservice.progress import quiet

ADDRESSES = ["大龙山镇永林村东风组12号", "", "大龙山镇新华村", "不是地址!!", "大龙山镇永林村东风组12号", "杨桥镇新华村3号"]


class Interrupted(GeoserviceError):
    """Raised by the progress of a test."""


def test_results_are_those_of_each_address_alone(geocoder: Geocoder, tmp_path: Path) -> None:
    results = geocode_addresses(geocoder, ADDRESSES, tmp_path, quiet)
    alone = Results.of([geocoder.geocode(address) for address in ADDRESSES])
    assert results.table.equals(alone.table)
    assert results.column("precision")[0] == "door"
    assert results.column("reason")[1] == "not_an_address"
    assert results.counts()["door"] == 2


def test_processes_give_the_same_results(geocoder: Geocoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 1)
    many = geocode_addresses(geocoder, ADDRESSES, tmp_path / "two", quiet, processes=2)
    assert many.table.equals(geocode_addresses(geocoder, ADDRESSES, tmp_path / "one", quiet, processes=1).table)


def test_an_interrupted_run_goes_on_where_it_was(geocoder: Geocoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 1)
    geocoded: list[str] = []
    one = Geocoder.geocode_all

    def counted(self: Geocoder, addresses: list[str]) -> object:
        geocoded.extend(addresses)
        return one(self, addresses)

    def interrupt(_stage: str, fraction: float) -> None:
        if fraction > 0.3:
            raise Interrupted("the power is gone")

    monkeypatch.setattr(Geocoder, "geocode_all", counted)
    with pytest.raises(Interrupted):
        geocode_addresses(geocoder, ADDRESSES, tmp_path, interrupt, processes=1)
    before = len(geocoded)
    assert 0 < before < len(set(ADDRESSES))
    geocode_addresses(geocoder, ADDRESSES, tmp_path, quiet, processes=1)
    assert sorted(geocoded) == sorted(set(ADDRESSES)), "each once"
    geocode_addresses(geocoder, ADDRESSES, tmp_path, quiet, processes=1)
    assert len(geocoded) == len(set(ADDRESSES)), "a repeated run does nothing"
    end_run(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_chunks_hold_no_address(geocoder: Geocoder, tmp_path: Path) -> None:
    geocode_addresses(geocoder, ["大龙山镇永林村东风组12号 张三 13800138000"], tmp_path, quiet)
    content = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert content
    for text in ("张三", "13800138000", "东风组12号 "):
        assert text.encode() not in content


def test_a_run_is_of_its_addresses_gazetteer_scope_and_fixes(geocoder: Geocoder) -> None:
    place = FixedPlace(117.0, 30.6, "door", 20.0)
    others = [
        (geocoder, ["a"]),
        (geocoder, ["b"]),
        (Geocoder(geocoder.gazetteer_folder, "AT"), ["a"]),
        (Geocoder(geocoder.gazetteer_folder, scope_code="340811"), ["a"]),
        (Geocoder(geocoder.gazetteer_folder, fixes=Fixes(b"s", {b"k": place})), ["a"]),
    ]
    assert len({run_digest(*other) for other in others}) == len(others)
