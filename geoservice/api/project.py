"""The Python interface of a project folder: load files and frames, measure the register, publish."""

from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import fields, replace
from datetime import date
from functools import cached_property
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias, Unpack

from geoservice.api.audit import PYTHON, audit_action
from geoservice.api.data_quality import register_quality, write_quality
from geoservice.api.measurement import has_register, measure_register, parse_rho, places_of, rules_of
from geoservice.api.options import ImportOptions, make_options
from geoservice.api.siting import SitingOptions, make_request, siting_frame, source_of
from geoservice.api.stores import layers_of, project_of, register_of, releases_of, settings_for, standards_of, study_of
from geoservice.api.vans import VanOptions, VanTours, make_vans, tours_of
from geoservice.errors import InputError
from geoservice.progress import Progress, quiet

if TYPE_CHECKING:
    import geopandas
    import pandas as pd

    from geoservice.api.release import Release
    from geoservice.disclosure.data_quality import Language, QualityReport
    from geoservice.disclosure.plan import ExpectedMargins
    from geoservice.disclosure.vintage import Measurement
    from geoservice.ingest import Options, Report
    from geoservice.network.build import BuildReport
    from geoservice.network.terrain import TerrainReport
    from geoservice.network.variants import StreetChanges
    from geoservice.pipeline import Published
    from geoservice.pipeline.vans import VanPlan
    from geoservice.project import Project
    from geoservice.register import Register
    from geoservice.schema import TableName
    from geoservice.settings import Settings
    from geoservice.siting.candidates import Candidates
    from geoservice.siting.result import SitingResult
    from geoservice.study import Study, Vans

    Rows: TypeAlias = str | PathLike[str] | pd.DataFrame
    """A source of rows: the path of a file, a GeoDataFrame, or a DataFrame with columns of coordinates."""


def open_project(folder: str | PathLike[str] | None = None) -> "ProjectFolder":
    """Return a project that ``geoservice init`` created, to load files and frames and to publish.

    Parameters
    ----------
    folder
        The project folder; by default ``GEOSERVICE_HOME``, or the current folder. The other ``GEOSERVICE_`` settings apply as
        for the commands: with ``GEOSERVICE_DSN`` its tables are in PostGIS.

    Raises
    ------
    StudyError
        The folder has no study.toml, or an invalid one.
    """
    project = ProjectFolder(settings_for(None if folder is None else Path(folder)))
    study_of(project.settings)
    return project


class ProjectFolder:
    """A project folder: its study, its inputs, its register and its releases.

    Stores are opened when they are first needed and closed at the end of a ``with`` block or by :meth:`close`. Database files
    are open only during a transaction, so commands and servers can use the same folder at the same time.
    """

    def __init__(self, settings: "Settings", channel: str = PYTHON) -> None:
        self.settings, self._channel, self._resources = settings, channel, ExitStack()

    def __repr__(self) -> str:
        return f"ProjectFolder({str(self.settings.home)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close files and connections; stores that are needed later are opened again."""
        self._resources.close()
        for name in ("_inputs", "_register"):
            self.__dict__.pop(name, None)

    @cached_property
    def _inputs(self) -> "Project":
        return self._resources.enter_context(closing(project_of(self.settings)))

    @cached_property
    def _register(self) -> "Register":
        return self._resources.enter_context(closing(register_of(self.settings)))

    @property
    def study(self) -> "Study":
        """Return the study from study.toml, read anew."""
        return study_of(self.settings)

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

        from geoservice.ingest import import_file, import_frame

        options = replace(options, seconds=self.settings.import_seconds, memory_mb=self.settings.import_memory_mb)
        register = self._register if table == "households" else None
        if isinstance(rows, str | PathLike):
            if name is not None:
                raise InputError(f"name: got {name!r}, which is for frames; the file has its own, {Path(rows).name}")
            return import_file(self._inputs, table, Path(rows), options, self.study, progress, register)
        if not isinstance(rows, pd.DataFrame):
            raise InputError(f"{table}: got a {type(rows).__name__}, allowed are a path, a GeoDataFrame or a DataFrame")
        if not name:
            raise InputError(f"{table}: a frame needs a name, e.g. name='{table}'; a later one of the same name replaces it")
        return import_frame(self._inputs, table, rows, name, options, self.study, progress, register)

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

    def expected_margins(self, rho: str | float | None = None) -> "list[ExpectedMargins]":
        """Return the expected margins of a measurement, by level of area; from public data only, it spends no budget."""
        from geoservice.disclosure.plan import expected_margins

        study = self.study
        rules = rules_of(study, None if rho is None else parse_rho(rho))
        areas, places = self._inputs.areas(study.as_of), places_of(self._inputs)
        return expected_margins(areas, places, rules.rho, study.group_ids, migrants=rules.migrants, arrivals=rules.arrivals)

    def data_quality(self, progress: Progress = quiet) -> "QualityReport":
        """Return the steward's data quality report: what is missing, wrong, repeated or implausible in the register, by area.

        It has exact counts of households and is private. It lists no household.

        Raises
        ------
        InputError
            There are no households.
        """
        study = self.study
        with audit_action(self.settings, "quality", study.id, self._channel):
            return register_quality(self._register, self._inputs, study, progress)

    def write_data_quality(
        self,
        report: "QualityReport",
        out: str | PathLike[str] | None = None,
        language: "Language" = "zh",
        progress: Progress = quiet,
    ) -> list[Path]:
        """Write a data quality report as ``quality.txt``, ``quality.xlsx`` and ``quality.html`` and return the paths.

        Parameters
        ----------
        report
            Returned by :meth:`data_quality`.
        out
            A private folder, by default ``quality`` in the register's folder.
        language
            The language of the text and the workbook, and the one that the page shows first.
        progress
            Called with a stage and a fraction.

        Raises
        ------
        InputError
            The folder is public or open to others.
        """
        folder = self._register.quality_folder if out is None else Path(out)
        return write_quality(report, folder, self.settings, language, progress)

    def protect(self, rho: str | float | None = None, progress: Progress = quiet) -> "Measurement":
        """Measure the register with differential privacy, unless these households were measured before.

        :meth:`publish` does it if necessary.

        Parameters
        ----------
        rho
            Privacy loss of this measurement, instead of the study's.
        progress
            Called with a stage and a fraction.

        Returns
        -------
        Measurement
            The entry of the budget book; ``made`` is None where the from_store surface is used and nothing was spent.
        """
        study = self.study
        rules = rules_of(study, None if rho is None else parse_rho(rho))
        with audit_action(self.settings, "protect", study.id, self._channel) as results:
            measurement = measure_register(self._register, self._inputs, rules, study.as_of, progress)
            results["draw"] = measurement.draw.number
        return measurement

    def publish(
        self, progress: Progress = quiet, *, day: date | None = None, standards: str | PathLike[str] | None = None
    ) -> "Release":
        """Run the study, make its result the current release and return it, opened.

        The register is measured first if necessary. The release's ``remarks`` name what could not be snapped to a street.
        ``day`` is the day of travel, whose closures count; by default ``travel_date`` of study.toml, or today. ``standards`` is
        the file of what stations need to be ready; by default standards.toml of the folder, if there is one.

        Raises
        ------
        StudyError
            The study refers to an area level, mode or group that the project does not have, or the standards are not valid.
        InputError
            A table is empty, or there are no people.
        DisclosureError
            The privacy budget does not allow one more measurement.
        """
        study = self.study
        with audit_action(self.settings, "publish", study.id, self._channel) as results:
            published = self._publish(study, progress, day, standards)
            results["release"] = published.number
        off_street = [line for mode, off in published.off_street.items() for line in off.lines(mode)]
        remarks = [*(note.en for note in published.notes), *off_street]
        return self.release(published.number, remarks)

    def _publish(
        self, study: "Study", progress: Progress, day: date | None, standards: str | PathLike[str] | None
    ) -> "Published":
        from geoservice.ingest.closure_shapes import closure_shapes
        from geoservice.pipeline import publish_study

        required = standards_of(self.settings, None if standards is None else Path(standards))
        layers, settings, folder = layers_of(self.settings), self.settings, self._inputs.folder
        shapes = closure_shapes(study, settings.home, folder, settings.import_seconds, settings.import_memory_mb)
        if study.demand != "population" and has_register(self.settings):
            measure_register(self._register, self._inputs, rules_of(study), study.as_of, progress)
        with closing(releases_of(self.settings, read_only=False)) as store:
            return publish_study(self._inputs, store, study, layers, progress, settings.keep_releases, shapes, day, required)

    def siting(
        self,
        service: str,
        mode: str,
        *,
        candidates: "Rows" = "streets",
        crs: str | None = None,
        day: date | None = None,
        progress: Progress = quiet,
        **options: Unpack[SitingOptions],
    ) -> "geopandas.GeoDataFrame":
        """Return the best sites for new stations of a service, ranked, with reasons in Chinese and English.

        Existing stations of the service stay open and are not counted. Nothing is stored.

        Parameters
        ----------
        service, mode
            Of the study.
        candidates
            ``"streets"`` (junctions), ``"gaps"`` (inhabited cells beyond the time), or a file, GeoDataFrame or DataFrame of
            points, perhaps with ``id``, ``name``, ``cost``, ``capacity`` and ``forced``.
        crs
            CRS of a file of candidates, if it states none.
        day
            Day of travel, whose closures count; by default ``travel_date`` of study.toml, or today.
        progress
            Called with a stage and a fraction; an exception in it cancels.
        **options
            ``sites`` or ``budget``; ``minutes`` (by default the standard of the service), ``model``, ``tier``, ``group``,
            ``spacing``, ``capacity``, ``may_close``, ``seconds``: see :class:`geoservice.siting.request.SitingRequest`.

        Returns
        -------
        GeoDataFrame
            One row a site; its ``attrs`` have the gap, the people reached before and after, those left out, and a summary.

        Raises
        ------
        InputError
            A name or number that the study does not allow, or there are no people or no candidates.
        Infeasible
            No choice can reach everybody whom the model has to reach.
        """
        return siting_frame(self.choose_sites(service, mode, candidates, crs, day, progress, options))

    def choose_sites(
        self,
        service: str,
        mode: str,
        candidates: "Rows",
        crs: str | None,
        day: date | None,
        progress: Progress,
        options: SitingOptions,
    ) -> "SitingResult":
        """Return what :meth:`siting` returns as a frame, as an object."""
        from geoservice.pipeline.siting import choose_sites_of_project, siting_parameters

        study = self.study
        source = source_of(candidates)
        request = make_request(service, mode, source, options).checked(siting_parameters(study))
        rows = self._candidates(candidates, crs) if source == "file" else None
        return choose_sites_of_project(self._inputs, study, request, rows, progress, self._street_changes(study, day))

    def van_tours(
        self,
        service: str | None = None,
        mode: str | None = None,
        *,
        candidates: "Rows" = "streets",
        crs: str | None = None,
        day: date | None = None,
        progress: Progress = quiet,
        **options: Unpack[VanOptions],
    ) -> VanTours:
        """Return stops and tours of mobile vans for people whom no station reaches, with the timetable of a cycle of weeks.

        Arguments that are left out are those of the table ``[vans]`` of study.toml, or defaults. Nothing is stored.

        Parameters
        ----------
        service, mode
            Of the study: what the vans bring, and how people come to a stop.
        candidates
            ``"streets"`` (junctions of the streets for vans), or a file, GeoDataFrame or DataFrame of points, perhaps with
            ``id``, ``name`` and ``forced``.
        crs
            CRS of a file of candidates, if it states none.
        day
            Day of travel, whose closures count and on or after which week 1 starts; by default ``travel_date`` of study.toml,
            or today.
        progress
            Called with a stage and a fraction; an exception in it cancels.
        **options
            ``stops``, ``bases``, ``vans``, ``every_weeks`` and others: see :class:`geoservice.study.Vans`.

        Returns
        -------
        VanTours
            The frames ``stops``, ``tours`` and ``timetable``, ``calendar()`` as iCalendar, and ``write(path)``.

        Raises
        ------
        InputError
            A name or number that is not allowed, there are no people, or a van can visit no candidate.
        """
        study = self.study
        vans = make_vans(study, service, mode, options)
        return tours_of(self.plan_van_tours(vans, candidates, crs, day, progress), study)

    def plan_van_tours(
        self, vans: "Vans", candidates: "Rows", crs: str | None, day: date | None, progress: Progress
    ) -> "VanPlan":
        """Return what :meth:`van_tours` returns as frames, as an object."""
        from geoservice.pipeline.closures import travel_day
        from geoservice.pipeline.vans import plan_van_tours

        study = self.study
        if (source := source_of(candidates)) == "gaps":
            raise InputError("candidates: got 'gaps', allowed are streets, or a file or frame of points")
        rows = self._candidates(candidates, crs) if source == "file" else None
        changes = self._street_changes(study, day)
        return plan_van_tours(self._inputs, study, vans, rows, progress, travel_day(study, day), changes)

    def _candidates(self, candidates: "Rows", crs: str | None) -> "Candidates":
        """Return the candidates of a file or frame."""
        from geoservice.ingest.candidates import read_candidates
        from geoservice.siting.candidates import from_table

        settings = self.settings
        limits = {"seconds": settings.import_seconds, "memory_mb": settings.import_memory_mb}
        return from_table(read_candidates(candidates, self._inputs.folder, crs=crs, **limits))

    def _street_changes(self, study: "Study", day: date | None) -> "StreetChanges":
        from geoservice.ingest.closure_shapes import closure_shapes
        from geoservice.pipeline.closures import street_changes, travel_day

        settings, folder = self.settings, self._inputs.folder
        shapes = closure_shapes(study, settings.home, folder, settings.import_seconds, settings.import_memory_mb)
        return street_changes(study, shapes, travel_day(study, day))

    def release(self, number: int | None = None, remarks: Sequence[str] = ()) -> "Release":
        """Return a release of this project, the current one by default, opened for reading."""
        from geoservice.api.release import Release

        return Release.from_store(releases_of(self.settings, read_only=True), number, remarks)
