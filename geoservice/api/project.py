"""The Python interface of a project folder: load files and frames, measure the register, publish."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from geoservice.api.audit import audit_action
from geoservice.api.measurement import has_register, measure_register, rules_of
from geoservice.api.project_areas import ProjectAreas
from geoservice.api.project_geocoding import ProjectGeocoding
from geoservice.api.project_imports import ProjectImports
from geoservice.api.project_register import ProjectRegister
from geoservice.api.project_surfaces import ProjectSurfaces
from geoservice.api.siting import SitingOptions, make_request, siting_frame, source_of
from geoservice.api.stores import layers_of, releases_of, settings_for, standards_of, study_of
from geoservice.api.vans import VanOptions, VanTours, make_vans, tours_of
from geoservice.errors import InputError
from geoservice.progress import Progress, quiet

if TYPE_CHECKING:
    import geopandas

    from geoservice.api.project_inputs import Rows
    from geoservice.api.release import Release
    from geoservice.network.variants import StreetChanges
    from geoservice.pipeline import Published
    from geoservice.pipeline.regional.cluster import DaskWorkers
    from geoservice.pipeline.standards import StationStandards
    from geoservice.pipeline.vans import VanPlan
    from geoservice.siting.candidates import Candidates
    from geoservice.siting.result import SitingResult
    from geoservice.study import Study, Vans


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


class ProjectFolder(ProjectAreas, ProjectImports, ProjectGeocoding, ProjectRegister, ProjectSurfaces):
    """A project folder: its study, its inputs, its register and its releases.

    Stores are opened when they are first needed and closed at the end of a ``with`` block or by :meth:`close`. Database files
    are open only during a transaction, so commands and servers can use the same folder at the same time.
    """

    def publish(
        self,
        progress: Progress = quiet,
        *,
        day: date | None = None,
        standards: str | PathLike[str] | None = None,
        workers: int = 0,
        scheduler: str = "",
        work: str | None = None,
        allow_missing: bool = False,
    ) -> "Release":
        """Run the study, make its result the current release and return it, opened.

        The register is measured first if necessary. The release's ``remarks`` name what could not be snapped to a street.
        ``day`` is the day of travel, whose closures count; by default ``travel_date`` of study.toml, or today. ``standards`` is
        the file of what stations need to be ready; by default standards.toml of the folder, if there is one.

        A study of many counties can be run county by county on Dask: on ``workers`` processes of this machine, or on the
        workers of the ``scheduler`` at an address. ``work`` is the folder that all of them see, or ``s3://bucket/prefix``; by
        default it is in the project. With ``allow_missing`` counties that fail are left out.

        Raises
        ------
        StudyError
            The study refers to an area level, mode or group that the project does not have, or the standards are not valid.
        InputError
            A table is empty, or there are no people.
        DisclosureError
            The privacy budget does not allow one more measurement.
        """
        if (work or allow_missing) and not (workers or scheduler):
            raise InputError("publish: work and allow_missing are of a run on Dask; give --workers or --scheduler as well")
        study = self.study
        with audit_action(self.settings, "publish", study.id, self._channel) as results:
            required = standards_of(self.settings, None if standards is None else Path(standards))
            if workers or scheduler:
                from geoservice.pipeline.regional import DaskWorkers

                cluster = DaskWorkers(workers, scheduler)
                published = self._publish_region(study, progress, day, required, cluster, work, allow_missing=allow_missing)
            else:
                published = self._publish(study, progress, day, required)
            results["release"] = published.number
        off_street = [line for mode, off in published.off_street.items() for line in off.lines(mode)]
        remarks = [*published.summary, *(note.en for note in published.notes), *off_street]
        return self.release(published.number, remarks)

    def _publish(
        self, study: "Study", progress: Progress, day: date | None, standards: "StationStandards | None"
    ) -> "Published":
        from geoservice.ingest.closure_shapes import closure_shapes
        from geoservice.pipeline import publish_study

        layers, settings, folder = layers_of(self.settings), self.settings, self._inputs.folder
        shapes = closure_shapes(study, settings.home, folder, settings.import_seconds, settings.import_memory_mb)
        self._measure(study, progress)
        with closing(releases_of(settings, read_only=False)) as store:
            return publish_study(self._inputs, store, study, layers, progress, settings.keep_releases, shapes, day, standards)

    def _publish_region(
        self,
        study: "Study",
        progress: Progress,
        day: date | None,
        standards: "StationStandards | None",
        workers: "DaskWorkers",
        work: str | None,
        *,
        allow_missing: bool,
    ) -> "Published":
        from geoservice.pipeline.regional import publish_region

        layers, keep = layers_of(self.settings), self.settings.keep_releases
        self._measure(study, progress)
        with closing(releases_of(self.settings, read_only=False)) as store:
            return publish_region(
                self._inputs, store, study, layers, progress, workers,
                work=work, allow_missing=allow_missing, keep=keep, day=day, standards=standards,
            )  # fmt: skip

    def _measure(self, study: "Study", progress: Progress) -> None:
        """Measure the register if the study uses one."""
        if study.demand != "population" and has_register(self.settings):
            measure_register(self._register, self._inputs, rules_of(study), study, progress)

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
            ``spacing``, ``capacity``, ``may_close``, ``seconds``, ``fairness``: see
            :class:`geoservice.siting.request.SitingRequest`.

        Returns
        -------
        GeoDataFrame
            One row a site; its ``attrs`` have the gap, the people reached before and after, those left out, a summary, and with
            ``fairness`` the choices from most people in time to least time beyond it.

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

        return Release.from_store(releases_of(self.settings, read_only=True), number, remarks, self.settings)
