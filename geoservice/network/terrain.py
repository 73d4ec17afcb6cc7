"""The terrain of a project: a grid of elevations, memory-mapped, and what it was made from.

``<folder>/terrain.json`` names the current grid, ``<folder>/<digest>.npy``. A new grid is written beside the old one and
becomes current when ``terrain.json`` is replaced. To do without terrain, delete the folder and import the network again.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from geoservice.durable import atomic_write, sync
from geoservice.errors import NetworkError
from geoservice.geo import METRES_PER_DEGREE, BBox, Float32s, Floats
from geoservice.network.index_file import read_index_file

INDEX = "terrain.json"
FORMAT = 1
SMOOTHING_M = 20.0
"""Standard deviation of the Gaussian that elevations are smoothed with, if cells are small."""
SMOOTHING_CELLS = 0.7
"""The same in cells, if they are large."""


class Grid(NamedTuple):
    """Cells in degrees on WGS 84: the north-western corner, the size of a cell, rows from north to south, and columns."""

    west: float
    north: float
    dlon: float
    dlat: float
    rows: int
    columns: int

    @property
    def bbox(self) -> BBox:
        """Bounding box of the cells."""
        return BBox(self.west, self.north - self.rows * self.dlat, self.west + self.columns * self.dlon, self.north)

    @property
    def cell_m(self) -> float:
        """Height of a cell in metres."""
        return self.dlat * METRES_PER_DEGREE

    @property
    def parallel_m(self) -> float:
        """Width of a cell in metres, in the middle of the grid."""
        return self.dlon * METRES_PER_DEGREE * float(np.cos(np.radians(self.north - self.rows * self.dlat / 2)))


@dataclass(frozen=True)
class Terrain:
    """Elevations in metres at the centres of the cells of a grid, shape ``(rows, columns)``; NaN where unknown."""

    grid: Grid
    elevation: Float32s
    digest: str
    sources: tuple[str, ...]

    @property
    def step_m(self) -> float:
        """Length of the pieces in which streets are sampled: smoothing leaves nothing shorter."""
        return max(self.grid.cell_m, SMOOTHING_M)

    def elevations(self, lon: Floats, lat: Floats) -> Floats:
        """Return elevations at points, interpolated bilinearly; NaN outside the grid and where a neighbouring cell is unknown.

        The outer half of the outermost cells is extrapolated.
        """
        grid = self.grid
        x, y = (lon - grid.west) / grid.dlon - 0.5, (grid.north - lat) / grid.dlat - 0.5
        edge = -0.5 - 1e-6  # of a cell, for rounding
        inside = (x >= edge) & (x <= grid.columns - 1 - edge) & (y >= edge) & (y <= grid.rows - 1 - edge)
        column = np.clip(np.floor(np.where(inside, x, 0)), 0, grid.columns - 2).astype(np.int64)
        row = np.clip(np.floor(np.where(inside, y, 0)), 0, grid.rows - 2).astype(np.int64)
        right, down = x - column, y - row
        z = self.elevation
        upper = z[row, column] * (1 - right) + z[row, column + 1] * right
        lower = z[row + 1, column] * (1 - right) + z[row + 1, column + 1] * right
        return np.where(inside, upper * (1 - down) + lower * down, np.nan)


class TerrainUse(NamedTuple):
    """The terrain that a network was built with, and the share of the streets' length where it has no elevation."""

    digest: str
    sources: tuple[str, ...]
    unknown: float

    def line(self) -> str:
        """Return the report for people."""
        return f"slope: from {', '.join(self.sources)}; {self.unknown:.1%} of the streets have no elevation and count as flat"


class TerrainReport(NamedTuple):
    """What was imported: the grid, the names of the files, and the cells that were filled in and that stay unknown."""

    digest: str
    grid: Grid
    sources: tuple[str, ...]
    filled: int
    unknown: int

    def lines(self) -> list[str]:
        """Return the report for people."""
        box, cells = self.grid.bbox, self.grid.rows * self.grid.columns
        unknown = f"{self.unknown:,} ({self.unknown / cells:.1%}) stay unknown; streets there count as flat"
        place = f"{box.west:.4f} to {box.east:.4f} east, {box.south:.4f} to {box.north:.4f} north"
        size = f"{self.grid.rows:,} x {self.grid.columns:,} cells of {self.grid.cell_m:.0f} m"
        return [
            f"terrain from {', '.join(self.sources)}: {size}, {place}",
            f"cells without data: {self.filled:,} filled in from their neighbours, {unknown}",
        ]


def grid_digest(grid: Grid, elevation: Float32s) -> str:
    """Return the SHA-256 of the grid and its elevations."""
    digest = hashlib.sha256(f"{FORMAT} {tuple(grid)}".encode())
    for row in range(0, grid.rows, 256):
        digest.update(np.ascontiguousarray(elevation[row : row + 256]).data)
    return digest.hexdigest()


@contextmanager
def new_elevations(folder: Path, grid: Grid) -> Iterator[Any]:
    """Yield an array to write elevations to and a path; the file is removed at the end unless it was renamed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f".{secrets.token_hex(8)}.npy"
    try:
        yield np.lib.format.open_memmap(path, "w+", np.float32, (grid.rows, grid.columns)), path
    finally:
        path.unlink(missing_ok=True)


def make_current(folder: Path, written: Path, report: TerrainReport) -> None:
    """Make a written file of elevations the current terrain, and remove the former one."""
    array = folder / f"{report.digest[:16]}.npy"
    sync(written)
    written.replace(array)
    index = {"format": FORMAT, **report._asdict(), "grid": report.grid._asdict()}
    with atomic_write(folder / INDEX) as fresh:
        fresh.write_text(json.dumps(index, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
        sync(fresh)
    sync(folder)
    for other in folder.glob("*.npy"):
        if other != array:
            other.unlink(missing_ok=True)


def read_terrain_index(folder: Path) -> dict[str, Any]:
    """Return ``terrain.json``; raises :class:`NotFound` if there is no terrain, :class:`NetworkError` if it is damaged."""
    missing = "no terrain yet; import it with: geoservice import terrain DEM"
    return read_index_file(folder / INDEX, "the terrain", missing, FORMAT, ("format", "grid", "digest", "sources"))


def load_terrain(folder: Path) -> Terrain:
    """Return the current terrain, memory-mapped and compared with its digest.

    Raises :class:`NotFound` if there is none, :class:`NetworkError` if it is damaged.
    """
    index = read_terrain_index(folder)
    try:
        grid = Grid(**index["grid"])
        elevation = np.load(folder / f"{index['digest'][:16]}.npy", mmap_mode="r", allow_pickle=False)
        whole = elevation.shape == (grid.rows, grid.columns) and grid_digest(grid, elevation) == index["digest"]
    except (OSError, ValueError, EOFError, TypeError) as e:
        raise NetworkError("the terrain is damaged: it cannot be read; import it again") from e
    if not whole:
        raise NetworkError("the terrain is damaged: it is not what was written; import it again")
    return Terrain(grid, np.asarray(elevation), index["digest"], tuple(index["sources"]))
