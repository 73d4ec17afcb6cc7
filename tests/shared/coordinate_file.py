"""CSV files of stations with any coordinate columns, and what an import made of them."""

from collections.abc import Sequence

import numpy as np

from geoservice.ingest import Report
from geoservice.ingest.crs import wgs84_to_bd09, wgs84_to_gcj02
from geoservice.project import Project

Point = tuple[float, float]
HERE: Point = (116.95, 30.6)
ELSEWHERE: Point = (117.03, 30.55)
SHIFT = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}


def file(headers: Sequence[str], *rows: Sequence[object]) -> str:
    """Return a CSV of stations whose last columns have these headers and rows; every cell is quoted."""

    def line(cells: Sequence[object]) -> str:
        return ",".join('"' + str(c).replace('"', '""') + '"' for c in cells)

    head = ["id", "name", "tier", "services"]
    lines = [line([*head, *headers]), *(line([i, f"S{i}", "village", "care", *row]) for i, row in enumerate(rows, 1))]
    return "\n".join(lines) + "\n"


def points(project: Project) -> list[Point]:
    """Return the points of the stations of a project in the order of their ids, to six decimals."""
    rows = sorted(project.read("stations").to_pylist(), key=lambda r: int(r["id"]))
    return [(round(r["lon"], 6), round(r["lat"], 6)) for r in rows]


def shifted(datum: str, lon: float, lat: float) -> tuple[float, float]:
    """Return the coordinates of a WGS 84 point in a shifted datum."""
    x, y = SHIFT[datum](np.array([lon]), np.array([lat]))
    return float(x[0]), float(y[0])


def noted(report: Report, *texts: str) -> bool:
    """Whether one note of a report has all the texts."""
    return any(all(text in note for text in texts) for note in report.notes)
