"""Benchmark of addresses: parsing, and geocoding end to end, with a gazetteer of a made-up nation of 665 000 places.

Peers, which find provinces, cities and counties only, are cpca and JioNLP (``make peers``).
"""

import json
import multiprocessing
import subprocess
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from geoservice.addresses import Gazetteer
from geoservice.addresses.parse import parse
from geoservice.addresses.precision import finer
from geoservice.api.project import open_project
from geoservice.bench.access.figures import Figures, at_most
from geoservice.bench.geocode import peer
from geoservice.bench.geocode.nation import addresses, write_nation
from geoservice.bench.serve.servers import PEERS
from geoservice.errors import Unavailable
from geoservice.geocode.bulk import end_run, geocode_addresses
from geoservice.geocode.geocoder import Geocoder
from geoservice.progress import quiet

STUDY = """id = "nation"
title = { zh = "虚构", en = "Made up" }
code_system = "nbs2023"
levels = ["county"]
[[services]]
id = "clinic"
title = { zh = "诊所", en = "Clinic" }
standard_minutes = 15
"""
ADDRESSES, PEER_ADDRESSES, CORES = 60_000, 2_000, 2
PARSED_BAR, GEOCODED_BAR, BUILD_BAR, OPEN_BAR, MEMORY_BAR = 5_000.0, 2_500.0, 60.0, 1.0, 1_500.0


def run(repeat: int) -> Figures:
    """Return the figures; the runs of the peers are interleaved with ours."""
    if not (PEERS / "python").exists():
        raise Unavailable(f"bench geocode: {PEERS / 'python'} not found; install it with: make peers")
    with TemporaryDirectory(prefix="geoservice-bench-") as name:
        folder = Path(name)
        (folder / "study.toml").write_text(STUDY, encoding="utf-8")
        villages = write_nation(folder / "nation.csv")
        with open_project(folder) as project:
            project.gazetteer.add(folder / "nation.csv", "divisions", code_system="nbs2023")
            start = perf_counter()
            report = project.gazetteer.build()
            build = perf_counter() - start
            gazetteer = report.folder
        places = sum(counts.get("area", 0) for counts in report.counts.values())
        rows = addresses(villages, ADDRESSES)
        return {
            "places": {"value": places, "unit": ""},
            "build the gazetteer": at_most(build, "s", BUILD_BAR),
            "open the gazetteer": at_most(_opening(gazetteer), "s", OPEN_BAR),
            **_rates(gazetteer, rows, folder, repeat),
        }


def _opening(folder: Path) -> float:
    start = perf_counter()
    Gazetteer.open(folder)
    return perf_counter() - start


def _rates(gazetteer: Path, rows: Sequence[str], folder: Path, repeat: int) -> Figures:
    """Return addresses a second on two cores, and times as many as a peer on one."""
    few = list(rows[:PEER_ADDRESSES])
    parsed, geocoded, single = list[float](), list[float](), list[float]()
    theirs: dict[str, list[float]] = {name: [] for name in peer.PEERS}
    peak = 0.0
    with ProcessPoolExecutor(CORES, multiprocessing.get_context("spawn")) as pool:
        halves = [list(rows[i::CORES]) for i in range(CORES)]
        list(pool.map(_parse, [gazetteer] * CORES, [few] * CORES))  # processes have opened the gazetteer
        for _ in range(repeat):
            parsed.append(len(rows) / max(pool.map(_parse, [gazetteer] * CORES, halves)))
            single.append(len(few) / pool.submit(_parse, gazetteer, few).result())
            start = perf_counter()
            results = geocode_addresses(Geocoder(gazetteer), rows, folder, quiet, CORES)
            geocoded.append(len(rows) / (perf_counter() - start))
            end_run(folder)
            for name, found in theirs.items():
                found.append(len(few) / _run_peer(name, few, folder))
        peak = max(pool.map(_peak_mb, [gazetteer] * CORES, halves))
    in_village = sum(count for name, count in results.counts().items() if not finer("village", name))
    return {
        "addresses parsed a second, two processes": _at_least(median(parsed), PARSED_BAR),
        "addresses geocoded a second, end to end, two processes": _at_least(median(geocoded), GEOCODED_BAR),
        "placed at a village or finer": {"value": round(100 * in_village / len(rows), 2), "unit": "%"},
        **{
            f"addresses parsed a second, one process, beside {name}": {
                "value": round(median(single)), "unit": "1/s", "peer": f"{name} {median(found):.0f}/s",
                "ratio": round(median(single) / median(found), 1),
            }
            for name, found in theirs.items()
        },
        "memory of a process": at_most(peak, "MB", MEMORY_BAR),
    }  # fmt: skip


def _at_least(value: float, bar: float) -> dict[str, Any]:
    return {"value": round(value), "unit": "1/s", "bar": bar, "holds": value >= bar}


def _parse(folder: Path, rows: list[str]) -> float:
    """Return the seconds of parsing addresses; the gazetteer is opened before."""
    gazetteer = Gazetteer.open(folder)
    parse(rows[0], gazetteer)
    start = perf_counter()
    for row in rows:
        parse(row, gazetteer)
    return perf_counter() - start


def _peak_mb(folder: Path, rows: list[str]) -> float:
    """Return the most memory that this process has used, after it has geocoded addresses too.

    ``getrusage`` would count that of the process which started this one.
    """
    geocoder = Geocoder(folder)
    geocoder.geocode_all(rows)
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def _run_peer(name: str, rows: list[str], folder: Path) -> float:
    """Return the seconds of a peer."""
    source, target = folder / "in.json", folder / "out.json"
    source.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    command = [str(PEERS / "python"), peer.__file__, name, str(source), str(target)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - the program is fixed
    return float(json.loads(target.read_text(encoding="utf-8")))
