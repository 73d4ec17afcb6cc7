"""In which order and with which options the files of a demo folder are imported."""

from pathlib import Path
from typing import Any, NamedTuple

from geoservice.errors import NotFound


class Step(NamedTuple):
    """One ``geoservice import TABLE PATH`` with its options; table ``network`` is built, not imported."""

    table: str
    path: Path
    options: dict[str, Any]


ORDER = (
    ("areas", ("areas.geojson", "areas.gpkg")),
    ("network", ("streets.osm.pbf",)),
    ("stations", ("stations.csv",)),
    ("households", ("households.csv",)),
)


def import_plan(folder: Path) -> list[Step]:
    """Return the imports of a demo folder, areas first: stations and households are placed in them.

    Files of the Yixiu demo are in GCJ-02, which its file ``GCJ02`` says; all others are in degrees on WGS 84.

    Raises
    ------
    NotFound
        When a file of the demo is missing.
    """
    shifted = (folder / "GCJ02").is_file()
    steps = []
    for table, names in ORDER:
        path = next((folder / n for n in names if (folder / n).is_file()), None)
        if path is None:
            raise NotFound(f"{folder.name}: {' or '.join(names)} is missing; write the demo again with: geoservice demo")
        steps.append(Step(table, path, {"crs": "gcj02"} if shifted and path.suffix == ".csv" else {}))
    return steps
