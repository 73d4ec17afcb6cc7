"""A project folder from Python: load files and frames, measure the register, publish."""

from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import fields, replace
from functools import cached_property
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias, Unpack

from geoservice.api.audit import PYTHON, written_down
from geoservice.api.measurement import has_register, measure_register, parse_rho, places_of, rules_of
from geoservice.api.options import ImportOptions, make_options
from geoservice.api.progress import Progress, quiet
from geoservice.api.stores import layers_of, project_of, register_of, releases_of, settings_for, study_of
from geoservice.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from geoservice.api.release import Release
    from geoservice.disclosure.plan import ExpectedMargins
    from geoservice.disclosure.vintage import Measurement
    from geoservice.ingest import Options, Report
    from geoservice.network.build import BuildReport
    from geoservice.pipeline import Published
    from geoservice.project import Project
    from geoservice.register import Register
    from geoservice.schema import TableName
    from geoservice.settings import Settings
    from geoservice.study import Study

    Rows: TypeAlias = str | PathLike[str] | pd.DataFrame
    """Where rows come from: the path of a file, a GeoDataFrame, or a DataFrame with coordinates in columns."""


def open_project(folder: str | PathLike[str] | None = None) -> "ProjectFolder":
    """Return a project that ``geoservice init`` made, ready to load files and frames and to publish.

    Parameters
    ----------
    folder
        The project folder; by default ``GEOSERVICE_HOME``, or the current folder. The other ``GEOSERVICE_`` settings hold as
        they do for the commands: with ``GEOSERVICE_DSN`` its tables are in PostGIS.

    Raises
    ------
    StudyError
        There is no study.toml in the folder, or it is not right.
    """
    project = ProjectFolder(settings_for(None if folder is None else Path(folder)))
    study_of(project.settings)
    return project


class ProjectFolder:
    """A project folder: its study, its inputs, its register and its releases.

    Stores are opened when they are first needed and let go of at the end of a ``with`` or by :meth:`close`. Database files are
    open for a transaction only: commands and servers can go on with the same folder.
    """

    def __init__(self, settings: "Settings", channel: str = PYTHON) -> None:
        self.settings, self._channel, self._opened = settings, channel, ExitStack()

    def __repr__(self) -> str:
        return f"ProjectFolder({str(self.settings.home)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of files and connections; what is needed again is opened again."""
        self._opened.close()
        for name in ("_inputs", "_register"):
            self.__dict__.pop(name, None)

    @cached_property
    def _inputs(self) -> "Project":
        return self._opened.enter_context(closing(project_of(self.settings)))

    @cached_property
    def _register(self) -> "Register":
        return self._opened.enter_context(closing(register_of(self.settings)))

    @property
    def study(self) -> "Study":
        """Return what study.toml says now."""
        return study_of(self.settings)

    def load(
        self, table: "TableName", rows: "Rows", options: "Options", name: str | None = None, progress: Progress = quiet
    ) -> "Report":
        """Load rows into a table, whole or not at all; households go into the register.

        Raises
        ------
        InputError
            As :func:`geoservice.ingest.load.import_file`; a frame has no name, or a file is given one.
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
        """Load areas: a code, a name, a level and a polygon each. They come first, for other rows are placed in them."""
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
        """Load a public population, where there is no register: persons on points, cells, polygons, or pixels of a file."""
        return self.load("population", rows, make_options(options), name, progress)

    def import_uptake(
        self, rows: "Rows", *, name: str | None = None, progress: Progress = quiet, **options: Unpack[ImportOptions]
    ) -> "Report":
        """Load statistics that an office holds: area, period, service, group, served and eligible persons."""
        return self.load("uptake", rows, make_options(options), name, progress)

    def import_network(
        self, extract: str | PathLike[str], *, speeds: str | PathLike[str] | None = None, progress: Progress = quiet
    ) -> "BuildReport":
        """Build the street network and the base map out of an OpenStreetMap extract (``.osm.pbf``).

        ``speeds`` is a TOML table of speeds by class of street, instead of the one built in.
        """
        from geoservice.network.load import load_extract

        table = None if speeds is None else Path(speeds)
        return load_extract(Path(extract), self._inputs.network, self.study.modes, table, progress)

    def vintages(self) -> "pd.DataFrame":
        """Return all that was loaded, a row a load, oldest first of each table; private where households are among it."""
        import pandas as pd

        from geoservice.vintages import Vintage

        stores = [self._inputs, *([self._register] if has_register(self.settings) else [])]
        loads = [{**vars(v), "source": v.source.name} for store in stores for v in store.vintages()]
        return pd.DataFrame(loads, columns=[f.name for f in fields(Vintage)])

    def expected_margins(self, rho: str | float | None = None) -> "list[ExpectedMargins]":
        """Return the margins to expect of a measurement, by level of area: from public data alone, it spends nothing."""
        from geoservice.disclosure.plan import expected_margins

        study = self.study
        rules = rules_of(study, None if rho is None else parse_rho(rho))
        areas, places = self._inputs.areas(study.as_of), places_of(self._inputs)
        return expected_margins(areas, places, rules.rho, study.group_ids, migrants=rules.migrants)

    def protect(self, rho: str | float | None = None, progress: Progress = quiet) -> "Measurement":
        """Measure the register with differential privacy, unless these households were measured before.

        :meth:`publish` does it where it was not done.

        Parameters
        ----------
        rho
            Privacy loss of this measurement, instead of the study's.
        progress
            Called with a stage and a fraction.

        Returns
        -------
        Measurement
            The entry of the budget book; ``made`` is None where the stored surface is used and nothing was spent.
        """
        study = self.study
        rules = rules_of(study, None if rho is None else parse_rho(rho))
        with written_down(self.settings, "protect", study.id, self._channel) as told:
            done = measure_register(self._register, self._inputs, rules, study.as_of, progress)
            told["draw"] = done.draw.number
        return done

    def publish(self, progress: Progress = quiet) -> "Release":
        """Run the study, make its result the current release and return it, opened.

        The register is measured first where it was not. ``remarks`` of the release name what was left off the streets.

        Raises
        ------
        StudyError
            The study asks for an area level, mode or group that the project does not have.
        InputError
            A table is empty, or there are no people.
        DisclosureError
            The privacy budget does not allow one more measurement.
        """
        study = self.study
        with written_down(self.settings, "publish", study.id, self._channel) as told:
            published = self._publish(study, progress)
            told["release"] = published.number
        off_street = [line for mode, off in published.off_street.items() for line in off.lines(mode)]
        remarks = [*(note.en for note in published.notes), *off_street]
        return self.release(published.number, remarks)

    def _publish(self, study: "Study", progress: Progress) -> "Published":
        from geoservice.pipeline import publish_study

        layers = layers_of(self.settings)
        if study.demand != "population" and has_register(self.settings):
            measure_register(self._register, self._inputs, rules_of(study), study.as_of, progress)
        with closing(releases_of(self.settings, read_only=False)) as store:
            return publish_study(self._inputs, store, study, layers, progress, self.settings.keep_releases)

    def release(self, number: int | None = None, remarks: Sequence[str] = ()) -> "Release":
        """Return a release of this project, the current one by default, opened for reading."""
        from geoservice.api.release import Release

        return Release.stored(releases_of(self.settings, read_only=True), number, remarks)
