"""The inputs of a project folder: tables from files and frames, the street network, the terrain."""

from dataclasses import fields, replace
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, Unpack

from geoservice.api.geocoding import locator_of
from geoservice.api.measurement import has_register
from geoservice.api.options import ImportOptions, make_options
from geoservice.api.project_stores import ProjectStores
from geoservice.errors import InputError
from geoservice.progress import Progress, quiet

if TYPE_CHECKING:
    import pandas as pd

    from geoservice.ingest import Options, Report
    from geoservice.network.build import BuildReport
    from geoservice.network.terrain import TerrainReport
    from geoservice.schema import TableName

    Rows: TypeAlias = str | PathLike[str] | pd.DataFrame
    """A source of rows: a file, a dataset by county (folder or URL), a GeoDataFrame, or a DataFrame with coordinates."""


class ProjectInputs(ProjectStores):
    """A project folder whose inputs can be loaded."""

    def load(
        self, table: "TableName", rows: "Rows", options: "Options", name: str | None = None, progress: Progress = quiet
    ) -> "Report":
        """Load all rows into a table, or none; households are loaded into the register.

        Raises
        ------
        InputError
            As :func:`geoservice.ingest.load.import_file`; or if a frame has no name, or a file has one.
        """
        import pandas as pd

        from geoservice.ingest import import_dataset, import_file, import_frame
        from geoservice.ingest.dataset import is_dataset

        options = replace(options, seconds=self.settings.import_seconds, memory_mb=self.settings.import_memory_mb)
        register = self._register if table == "households" else None
        locator = None
        if table in {"households", "stations"}:
            locator = locator_of(self._inputs, self.study, self.settings.home, progress)
        if isinstance(rows, str | PathLike):
            if name is not None:
                raise InputError(f"name: got {name!r}, which is for frames; the file has its own, {Path(rows).name}")
            if is_dataset(fspath(rows)):
                return import_dataset(self._inputs, table, fspath(rows), options, self.study, progress, locator)
            return import_file(self._inputs, table, Path(rows), options, self.study, progress, register, locator)
        if not isinstance(rows, pd.DataFrame):
            raise InputError(f"{table}: got a {type(rows).__name__}, allowed are a path, a GeoDataFrame or a DataFrame")
        if not name:
            raise InputError(f"{table}: a frame needs a name, e.g. name='{table}'; a later one of the same name replaces it")
        return import_frame(self._inputs, table, rows, name, options, self.study, progress, register, locator)

    def import_areas(
        self, rows: "Rows", *, name: str | None = None, progress: Progress = quiet, **options: Unpack[ImportOptions]
    ) -> "Report":
        """Load areas: a code, a name, a level and a polygon each. Load them first: other rows are assigned to areas."""
        return self.load("areas", rows, make_options(options), name, progress)

    def import_stations(
        self, rows: "Rows", *, name: str | None = None, progress: Progress = quiet, **options: Unpack[ImportOptions]
    ) -> "Report":
        """Load stations: an id, a name, a tier, services and a point each."""
        return self.load("stations", rows, make_options(options), name, progress)

    def import_households(
        self, rows: "Rows", *, name: str | None = None, progress: Progress = quiet, **options: Unpack[ImportOptions]
    ) -> "Report":
        """Load households into the register: a key, persons, the groups of the study and a point each."""
        return self.load("households", rows, make_options(options), name, progress)

    def import_population(
        self, rows: "Rows", *, name: str | None = None, progress: Progress = quiet, **options: Unpack[ImportOptions]
    ) -> "Report":
        """Load a public population, if there is no register: persons on points, cells, polygons, or pixels of a file."""
        return self.load("population", rows, make_options(options), name, progress)

    def import_uptake(
        self, rows: "Rows", *, name: str | None = None, progress: Progress = quiet, **options: Unpack[ImportOptions]
    ) -> "Report":
        """Load an office's statistics: area, period, service, group, served and eligible persons."""
        return self.load("uptake", rows, make_options(options), name, progress)

    def import_pyramids(
        self, rows: "Rows", *, name: str | None = None, progress: Progress = quiet, **options: Unpack[ImportOptions]
    ) -> "Report":
        """Load population pyramids for projections: persons by area, date, sex and age; a row or a column an age group."""
        return self.load("pyramids", rows, make_options(options), name, progress)

    def import_network(
        self, extract: str | PathLike[str], *, speeds: str | PathLike[str] | None = None, progress: Progress = quiet
    ) -> "BuildReport":
        """Build the street network and the base map from an OpenStreetMap extract (``.osm.pbf``).

        ``speeds`` is a TOML table of speeds by street class, instead of the built-in one.
        """
        from geoservice.network.load import load_extract

        table = None if speeds is None else Path(speeds)
        inputs = self._inputs
        return load_extract(Path(extract), inputs.network, self.study.modes, table, progress, inputs.terrain)

    def import_terrain(
        self, *models: str | PathLike[str], crs: str | None = None, progress: Progress = quiet
    ) -> "tuple[TerrainReport, BuildReport | None]":
        """Load elevation models (GeoTIFF, SRTM .hgt, ZIP archives of them) as the terrain that slopes are taken from.

        The street network is built again with it; the second report is None if there is no network yet. ``crs`` is the CRS of
        files that state none, e.g. ``"EPSG:4490"``.
        """
        from geoservice.network.load import load_terrain_models

        inputs = self._inputs
        files = [Path(model) for model in models]
        return load_terrain_models(files, inputs.terrain, inputs.network, self.study.modes, crs, progress)

    def vintages(self) -> "pd.DataFrame":
        """Return all loads, one row each, by table, oldest first; private if there are households."""
        import pandas as pd

        from geoservice.vintages import Vintage

        stores = [self._inputs, *([self._register] if has_register(self.settings) else [])]
        loads = [{**vars(v), "source": v.source.name} for store in stores for v in store.vintages()]
        return pd.DataFrame(loads, columns=[f.name for f in fields(Vintage)])
