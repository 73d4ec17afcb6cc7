"""Write the page of benchmarks from the files of ``geoservice bench NAME --json FILE``."""

import json
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1] / "docs"
HEAD = """# Benchmarks

Written by `python -m geoservice.bench.page` from the files in `geoservice/docs/bench`, which `make bench` measures: each metric
and its peer in one run; values are medians over repeats. `ratio` is the peer's time divided by ours; `bar` is the limit that a
metric must meet.
"""
NOTES = {
    "access": """Live questions over HTTP, one after the other, of a service with one worker: of a county of made-up households,
and of a grid of streets with 500 000 points of people. A station moves by up to 3 km; polygons have 200 corners and are 300 m
to 30 km wide. A station is dragged in a Chromium that draws in software, from a movement of the pointer to the second frame
after the numbers have changed. Accessibility and siting are computed in one process, beside their peers.
""",
    "disclosure": """Surfaces measured with seeded noise, compared with their synthetic registers. Names begin with the
number of households of the county and rho. `RMSE` is the root mean square error over the places of a level and all
measurements, and `placement alone` that of exact counts on the same leaves, which is due to the unknown locations of
people within leaves.
`margins that hold` is the percentage of 90 % intervals that contain the register's number. `siting regret` is how many fewer
people five more sites add to those within 15 minutes if chosen greedily on the surface, in percent of those whom five sites
chosen on the register add.
""",
    "geocode": """Addresses of a made-up nation: the real provinces, cities and counties of China with made-up townships and
villages. Parsing is that of `geoservice.addresses.parse`; end to end is that of `geoservice geocode`, without reading and
writing files. The peers find provinces, cities and counties; JioNLP also townships and villages of its own table.
""",
    "maps": """`/map` at its largest size, from a service of one worker, while tiles are requested at fixed times; a late tile
is timed from the time at which it was due. `in memory` is a cached tile, `baked` a precomputed tile of the release.
""",
    "migrants": """Spatial statistics on random maps, and hotspots and flows measured with seeded noise on synthetic
counties: eight of 60 000 households and one of 1 000 000. Kappa compares the classes of villages with those of the exact
counts; villages whose class is not stable are left out.
""",
    "province": """A made-up province of 10 cities, 100 counties, 3 000 townships with 108 properties each and 60 000 villages,
beside a made-up county of 30 townships and 600 villages: the same requests in turn, each of a service with one worker. The page
is drawn by Chromium in software; its first view ends when the map is at rest, and memory is that of the tab's process.
""",
    "scale": """The made-up prefecture of the Anqing demo, published on Dask with worker processes of one thread,
with new ones and an empty work folder each time: extracts of streets are cut, networks built, times searched, analyses run,
layers drawn and the release written. Seconds of tasks are summed over all of them; memory is the peak of a worker. The peer
joins the households to their villages and to the nearest stations in a straight line, and does nothing else. Figures for a
province and a nation are arithmetic on those of the prefecture: a province is one release, a nation one for each province.
""",
    "soak": """Two servers of two workers each, one on a folder and one on PostGIS, each read by four clients while a release is
published, a worker is killed, PostgreSQL is restarted and a tile file is damaged and repaired. Tiles are compared with those
of the store, other bodies with the responses before and after the publish. `recovery` is measured from the end of the
fault's cause to the last failed response.
""",
}
"""Notes on the metrics of a benchmark."""


def _cell(metric: dict[str, Any], key: str) -> str:
    value = metric.get(key, "")
    if isinstance(value, bool):
        return "yes" if value else "**no**"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def benchmark_section(name: str, metrics: dict[str, dict[str, Any]]) -> str:
    """Return the table of a benchmark."""
    keys = ("value", "unit", "bar", "holds", "peer", "ratio")
    rows = [[metric.strip(), *(_cell(f, k) for k in keys)] for metric, f in metrics.items() if metric != "machine"]
    lines = [["metric", *keys], ["---"] * (len(keys) + 1), *rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"\n## {name}\n{NOTES.get(name, '')}On {metrics['machine']['value']}.\n\n{table}\n"


def page(folder: Path = DOCS / "bench") -> str:
    """Return the page with the benchmarks of all files in a folder."""
    files = sorted(folder.glob("*.json"))
    return HEAD + "".join(benchmark_section(f.stem, json.loads(f.read_text(encoding="utf-8"))) for f in files)


if __name__ == "__main__":
    (DOCS / "benchmarks.md").write_text(page(), encoding="utf-8")
