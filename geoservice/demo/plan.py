"""The order and the options of the imports of a demo folder."""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal, NamedTuple

from geoservice.errors import NotFound

Table = Literal["areas", "network", "stations", "uptake", "pyramids", "households"]


class Step(NamedTuple):
    """One ``geoservice import TABLE PATH`` with its options."""

    table: Table
    path: Path
    options: dict[str, Any]


ORDER: tuple[tuple[Table, tuple[str, ...]], ...] = (
    ("areas", ("areas.geojson", "areas.gpkg")),
    ("network", ("streets.osm.pbf",)),
    ("stations", ("stations.csv",)),
    ("uptake", ("uptake.csv",)),
    ("pyramids", ("pyramids.csv",)),
    ("households", ("households.csv",)),
)
OPTIONAL = ("uptake", "pyramids")
WITH_POINTS = ("stations", "households")
"""Tables whose rows have coordinates."""


def import_plan(folder: Path, tables: Collection[Table] | None = None) -> list[Step]:
    """Return the imports of a demo folder, or those of some tables; areas come first, as points are located in them.

    Points in the CSV files of a folder with a file ``GCJ02`` are in GCJ-02; all others are in degrees on WGS 84.

    Raises
    ------
    NotFound
        If a file of the demo is missing.
    """
    gcj02 = (folder / "GCJ02").is_file()
    steps = []
    for table, names in ORDER:
        if tables is not None and table not in tables:
            continue
        path = next((folder / n for n in names if (folder / n).is_file()), None)
        if path is None and table in OPTIONAL:
            continue
        if path is None:
            raise NotFound(f"{folder.name}: {' or '.join(names)} is missing; write the demo again with: geoservice demo")
        steps.append(Step(table, path, {"crs": "gcj02"} if gcj02 and table in WITH_POINTS else {}))
    return steps
