"""The gazetteer of a project from Python: add tables, build it, open it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Unpack

from geoservice.api.options import ImportOptions, make_options
from geoservice.progress import Progress, quiet

if TYPE_CHECKING:
    import geopandas
    import pyarrow as pa

    from geoservice.addresses import Gazetteer
    from geoservice.geocode import AddReport, GazetteerReport, GazetteerSource
    from geoservice.geocode.place_table import SourceKind
    from geoservice.project import Project
    from geoservice.settings import Settings
    from geoservice.study import Study


class ProjectGazetteer:
    """The gazetteer of a project: public places by name, code and position."""

    def __init__(self, project: "Project", study: "Study", settings: "Settings") -> None:
        self._project, self._study, self._settings = project, study, settings

    def build(self, progress: Progress = quiet) -> "GazetteerReport":
        """Build the gazetteer from areas, stations, streets and added tables, unless it is built of these already.

        Raises
        ------
        InputError
            There is nothing to build it from.
        """
        from geoservice.geocode import build_gazetteer

        return build_gazetteer(self._project, self._study, progress)

    def open(self) -> "Gazetteer":
        """Return the current gazetteer; raises :class:`NotFound` if none was built."""
        from geoservice.geocode import open_gazetteer

        return open_gazetteer(self._project)

    def search(
        self, query: str, limit: int = 10, kinds: Collection[str] = (), language: Literal["zh", "en"] = "en"
    ) -> "geopandas.GeoDataFrame":
        """Return the places that a text means, the most probable first, as ``/search`` of the service does.

        Parameters
        ----------
        query
            A name or the beginning of one: Chinese characters, pinyin, its initials, or English.
        limit
            From 1 to 50.
        kinds
            Of ``area``, ``station``, ``road``, ``compound`` ...; all if there is none.
        language
            Language of ``name`` and ``within``, the areas around the place.

        Raises
        ------
        NotFound
            No gazetteer was built.
        ParameterError
            A parameter is not allowed.
        """
        from geoservice.addresses.current import current_gazetteer
        from geoservice.addresses.search import PlaceSearch
        from geoservice.api.address_frames import places_frame

        found = PlaceSearch.open(current_gazetteer(self._project.gazetteer).folder).search(query, limit, kinds)
        return places_frame(found, language)

    def is_current(self) -> bool:
        """Whether the gazetteer is of the present inputs; raises :class:`NotFound` if none was built."""
        from geoservice.geocode.build import is_current

        return is_current(self._project, self._study)

    def add(
        self,
        file: str | PathLike[str],
        kind: "SourceKind",
        *,
        name: str | None = None,
        day: date | None = None,
        private: bool = False,
        progress: Progress = quiet,
        **options: Unpack[ImportOptions],
    ) -> "AddReport":
        """Add a file; the next build uses it.

        Parameters
        ----------
        file
            A table, of any format that imports read; of codes also JSON.
        kind
            ``"divisions"`` (codes and names of areas), ``"changes"`` (of codes and names), ``"aliases"`` or ``"places"``.
        name
            Name of the source, by default that of the file; a later table of this name replaces it.
        day
            The day that the table describes.
        private
            Whether the places stay out of releases.
        progress
            Called with a stage and a fraction.
        **options
            As of imports: ``crs``, ``mapping``, ``code_system``, ``dry_run``, ``accept_partial`` ...

        Raises
        ------
        InputError
            The file cannot be read, or a row is rejected and partial files are not accepted.
        """
        from geoservice.geocode import add_file

        settings = self._settings
        read = replace(make_options(options), seconds=settings.import_seconds, memory_mb=settings.import_memory_mb)
        return add_file(self._project, self._study, Path(file), kind, read, progress, name=name, day=day, private=private)

    def add_places(self, table: "pa.Table", source: "GazetteerSource") -> "GazetteerSource":
        """Add a table of places, see :func:`geoservice.geocode.build.add_places`."""
        from geoservice.geocode import add_places

        return add_places(self._project, table, source)

    def sources(self) -> "list[GazetteerSource]":
        """Return the added tables."""
        from geoservice.geocode.stored_sources import stored_sources

        return stored_sources(self._project.gazetteer)

    def remove(self, name: str) -> "GazetteerSource":
        """Remove an added table and return what it was; raises :class:`NotFound` for an unknown name."""
        from geoservice.geocode.stored_sources import remove_source

        return remove_source(self._project.gazetteer, name)
