"""Write the page of benchmarks out of the files that ``geoservice bench NAME --json FILE`` wrote; never by hand."""

import json
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1] / "docs"
HEAD = """# Benchmarks

Written by `python -m geoservice.bench.page` from the figures in `geoservice/docs/bench`, which `make bench` measures: each
figure beside its peer in one run, medians over repeats. `ratio` is the peer's time divided by ours; `bar` is what we hold
ourselves to.
"""
NOTES = {
    "disclosure": """Surfaces measured with noise from seeds, beside the made-up registers they are of. A name begins with the
households of the county and rho. `RMSE` is the root mean square error over the places of a level and all measurements, and
`placement alone` that of exact counts on the same leaves: not knowing where in a leaf people live. `margins that hold` is the
percentage of 90 % intervals that hold the register's number. `siting regret` is how many fewer people five more sites add
to those within 15 minutes if chosen greedily on the surface, in percent of what five chosen on the register add.
""",
    "maps": """`/map` as large as it may be, from a service of one worker, and tiles asked for at fixed times meanwhile: a
late one counts from the time at which it was due. `in memory` is a tile asked for before, `baked` one of the release.
""",
    "soak": """Two servers, one over a folder and one over PostGIS, of two workers each, read by four clients each while a
release is published, a worker is killed, PostgreSQL is restarted and a tile file is damaged and mended. Tiles are compared
with those of the store, other bodies with what the server answers at rest before and after the publish. `recovery` is
measured from the end of the fault's cause to the last failed response.
""",
}
"""What a reader must know of a benchmark's figures."""


def _cell(figure: dict[str, Any], key: str) -> str:
    value = figure.get(key, "")
    if isinstance(value, bool):
        return "yes" if value else "**no**"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def section(name: str, figures: dict[str, dict[str, Any]]) -> str:
    """Make one benchmark's table."""
    keys = ("value", "unit", "bar", "holds", "peer", "ratio")
    rows = [[figure.strip(), *(_cell(f, k) for k in keys)] for figure, f in figures.items() if figure != "machine"]
    lines = [["figure", *keys], ["---"] * (len(keys) + 1), *rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"\n## {name}\n{NOTES.get(name, '')}On {figures['machine']['value']}.\n\n{table}\n"


def page(folder: Path = DOCS / "bench") -> str:
    """Make the whole page from every file of figures in a folder."""
    files = sorted(folder.glob("*.json"))
    return HEAD + "".join(section(f.stem, json.loads(f.read_text(encoding="utf-8"))) for f in files)


if __name__ == "__main__":
    (DOCS / "benchmarks.md").write_text(page(), encoding="utf-8")
