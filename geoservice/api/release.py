"""The Python interface of a release: layers as GeoDataFrames with units and margins, and as a map."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike, fspath
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from geoservice.api.live import (
    LiveQuestions,
    ScenarioAnswer,
    ZoneAnswer,
    analysis_frame,
    edit_rows,
    isochrone_frame,
    zone_answer,
    zone_input,
)
from geoservice.api.stores import releases_of, settings_for
from geoservice.errors import InputError, NotFound, check_choice

if TYPE_CHECKING:
    import folium
    import geopandas
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from geoservice.api.live import Edits
    from geoservice.api.release_dataset import ExportedDataset
    from geoservice.layer import Label
    from geoservice.release import ReleaseStore
    from geoservice.release.base import Manifest
    from geoservice.release.protocols import FeatureReader, ReleaseReader
    from geoservice.settings import Settings
    from geoservice.static_site import StaticCopy


def open_release(source: str | PathLike[str] | None = None, number: int | None = None, token: str | None = None) -> "Release":
    """Return a release, opened for reading.

    Parameters
    ----------
    source
        A project folder (by default ``GEOSERVICE_HOME``, or the current folder), a folder of releases, the folder of one
        release, or the address of a running service, ``http://...``.
    number
        The number of the release; by default the current one. The folder of a release, and a service, have only one.
    token
        For a service: the token that ``geoservice token add`` printed. Without it only public layers are visible.

    Raises
    ------
    NotFound
        The folder or release does not exist.
    Unavailable
        Nothing has been published yet, or the service does not respond.
    """
    text = "" if source is None else fspath(source)
    if "://" in text:
        from geoservice.api.service import ServiceReader

        return Release(_check_number(ServiceReader(text, token), number))
    folder = None if source is None else Path(source)
    if folder is not None and not folder.is_dir():
        raise NotFound(f"{text}: the folder does not exist")
    return _of_folder(folder, number)


def _of_folder(folder: Path | None, number: int | None) -> "Release":
    from geoservice.release.files import MANIFEST
    from geoservice.release.folder import CURRENT, FolderReader, FolderStore

    if folder is not None and (folder / MANIFEST).is_file():
        place = folder.resolve()  # ``current`` is a link to a number
        reader = _check_number(FolderReader(int(place.name) if place.name.isdecimal() else 0, folder), number)
        return Release(reader, FolderStore(place.parent, read_only=True) if (place.parent / CURRENT).is_symlink() else None)
    if folder is not None and (folder / CURRENT).is_symlink():
        return Release.from_store(FolderStore(folder, read_only=True), number)
    settings = settings_for(folder)
    return Release.from_store(releases_of(settings, read_only=True), number, settings=settings)


def _check_number(reader: "FeatureReader", number: int | None) -> "FeatureReader":
    """Return a reader of a source with one release; raises :class:`NotFound` if another number is requested."""
    if number is not None and number != reader.number:
        reader.close()
        raise NotFound(f"release {number} does not exist, only {reader.number}")
    return reader


@dataclass(frozen=True)
class DisclosureStatement:
    """How people were protected.

    ``guess_probability`` is the highest probability of a correct guess whether a household is in the register, whatever is
    known already (0.5 by chance), for the privacy loss ``rho`` of the measurement; both are None if people come from public
    data only. ``statement`` is the text in both languages, ``facts`` is everything in the manifest.
    """

    rho: float | None
    guess_probability: float | None
    statement: "Label"
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """Return the statement from a manifest's facts; of two sources of people, that of the measured one."""
        from geoservice.layer import Label

        measured: Mapping[str, Any] = next((part for part in (facts, *facts.get("parts", ())) if "rho" in part), {})
        rho = float(Fraction(measured["rho"])) if measured else None
        return cls(rho, measured.get("guess"), Label(**facts["statement"]), facts)


class Release:
    """A release, opened for reading; ``remarks`` are the remarks of the run that has just published it."""

    def __init__(
        self, reader: "FeatureReader", store: "ReleaseStore | None" = None, remarks: Sequence[str] = (),
        settings: "Settings | None" = None,
    ) -> None:  # fmt: skip
        self.remarks, self._store, self._settings = tuple(remarks), store, settings
        self._reader, self._resources, self._live = reader, ExitStack(), LiveQuestions(reader)
        if store is not None:
            self._resources.callback(store.close)
        self._resources.callback(reader.close)

    @classmethod
    def from_store(
        cls, store: "ReleaseStore", number: int | None = None, remarks: Sequence[str] = (), settings: "Settings | None" = None
    ) -> Self:
        """Return a release of a store, the current one by default; closing it closes the store.

        ``settings`` are those of its project, in whose audit log exports for some readers only are written.
        """
        try:
            return cls(store.open(number), store, remarks, settings)
        except BaseException:
            store.close()
            raise

    def __repr__(self) -> str:
        return f"Release({self.number}: {', '.join(x.id for x in self.manifest.layers)})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close files and connections."""
        self._resources.close()

    @property
    def number(self) -> int:
        """Return the number of the release."""
        return self._reader.number

    @property
    def manifest(self) -> "Manifest":
        """Return the manifest: study, inputs, parameters, code version, layers."""
        return self._reader.manifest

    @property
    def disclosure(self) -> DisclosureStatement:
        """Return the disclosure statement: how people were protected."""
        return DisclosureStatement.of(self.manifest.disclosure)

    @property
    def layers(self) -> "pd.DataFrame":
        """Return the layers, one row each: titles in both languages, geometry type, and the levels for :meth:`layer`."""
        from geoservice.api.frames import layers_frame

        return layers_frame(self.manifest.layers)

    def columns(self, layer_id: str) -> "pd.DataFrame":
        """Return the columns of a layer, one row each: titles, type, unit, measure, and whose margin it is."""
        from geoservice.api.frames import columns_frame

        return columns_frame(self._reader.layer(layer_id))

    def layer(
        self,
        layer_id: str,
        *,
        where: str | Mapping[str, str | float | bool] | None = None,
        level: str | None = None,
        bbox: tuple[float, float, float, float] | None = None,
        columns: Sequence[str] | None = None,
    ) -> "geopandas.GeoDataFrame":
        """Return the features of a layer, by default all.

        Parameters
        ----------
        layer_id
            One of :attr:`layers`.
        where
            A filter in CQL2 text, such as ``"persons > 1000 AND name_en LIKE 'Da%'"``, or values by column.
        level
            Level of area, for a layer with several.
        bbox
            West, south, east and north in degrees: features that intersect this box.
        columns
            Only these columns, each with its margin.

        Returns
        -------
        geopandas.GeoDataFrame
            Features in WGS 84. For a number of people ``x``, column ``x_margin`` is the half-width of its 90 % interval.
            ``attrs["units"]`` has the units of columns.

        Raises
        ------
        NotFound
            The layer does not exist.
        ParameterError
            A filter, level, box or column does not fit this layer.
        """
        from geoservice.api.frames import to_frame
        from geoservice.api.query import item_query
        from geoservice.release.batches import Batches

        layer = self._reader.layer(layer_id)
        return to_frame(layer, Batches(self._reader, layer_id, item_query(layer, where, level, bbox, columns)))

    def export_dataset(self, url: str | PathLike[str], layers: Sequence[str] = ()) -> "list[ExportedDataset]":
        """Write layers and the release table as GeoParquet partitioned by county, and return what was written.

        Each becomes a dataset of its name, with files such as ``coverage/county=340811/part-0.parquet``; what lies in no one
        county is in ``county=__none__``.

        Parameters
        ----------
        url
            A folder, or ``s3://bucket/prefix``; access keys come from the environment (``AWS_ACCESS_KEY_ID`` and others).
        layers
            Ids of :attr:`layers`; by default all, also those for some readers only, and the release table.

        Raises
        ------
        NotFound
            A layer or the bucket does not exist.
        InputError
            The release is that of a service; or the URL is not allowed.
        Conflict
            The place holds files that geoservice did not write.
        Forbidden, Unavailable
            The store refused the access keys, or cannot be reached.
        """
        from geoservice.api.release_dataset import export_release
        from geoservice.progress import quiet

        return export_release(self._reader, fspath(url), layers, quiet)

    def scenario(
        self,
        service: str,
        mode: str,
        edits: "Edits" = (),
        *,
        tier: str = "any",
        group: str = "all",
        areas: Literal["changed", "all"] = "changed",
        access: bool = False,
    ) -> ScenarioAnswer:
        """Return what becomes of coverage if stations are added, moved, closed or changed.

        Parameters
        ----------
        service, mode, tier, group
            Of the study.
        edits
            Stations as they would be: dictionaries, or a frame, with ``station`` and what changes (``lon``, ``lat`` or a
            geometry, ``tier``, ``services``, ``capacity``, ``start_delay_s``, ``open``, ``name``); an unknown id is a new
            station. See :class:`geoservice.live.edits.StationEdit`.
        areas
            Those with a change, or all.
        access
            Also compute accessibility (E2SFCA), which takes longer.

        Raises
        ------
        ParameterError
            The study does not have the service, mode, tier or group, or an edit is incomplete.
        """
        inputs = {"service": service, "mode": mode, "tier": tier, "group": group, "areas": areas, "access": access}
        return self._live.scenario({**inputs, "edits": edit_rows(edits)})

    def zone(
        self,
        zone: "BaseGeometry | Mapping[str, Any]",
        service: str,
        mode: str,
        edits: "Edits" = (),
        *,
        tier: str = "any",
        group: str = "all",
    ) -> ZoneAnswer:
        """Return the people of a zone and their coverage, before and after some edits of stations.

        ``zone`` is a polygon in degrees, GeoJSON, or ``{"type": "Circle", "center": [lon, lat], "radius": metres}``; the other
        parameters are those of :meth:`scenario`.
        """
        inputs = {"service": service, "mode": mode, "tier": tier, "group": group, "zone": zone_input(zone)}
        return zone_answer(self._live.ask("zone-summary", {**inputs, "edits": edit_rows(edits)}))

    def isochrone(
        self, mode: str, minutes: Sequence[int], place: str | tuple[float, float], *, group: str = "all"
    ) -> "geopandas.GeoDataFrame":
        """Return the area within each number of minutes of a place, and the people in it.

        ``place`` is the id of a station of the release, or a longitude and latitude.
        """
        at = {"station": place} if isinstance(place, str) else {"lon": float(place[0]), "lat": float(place[1])}
        return isochrone_frame(self._live.ask("isochrone", {"mode": mode, "minutes": list(minutes), "group": group, **at}))

    def analyse(
        self,
        analysis: Literal["accessibility", "capacity", "equal-services", "inequality", "travel-times"],
        service: str,
        mode: str,
        edits: "Edits" = (),
        *,
        tier: str = "any",
        **parameters: int | str,
    ) -> "geopandas.GeoDataFrame":
        """Return an analysis of the trips to a service by one mode, with the stations as they are or after some edits.

        Parameters
        ----------
        analysis
            ``accessibility`` (E2SFCA, minutes to the second station), ``capacity`` (people assigned to stations),
            ``equal-services`` (migrants beside residents), ``inequality`` (of travel time), ``travel-times`` (median and P90).
        service, mode, edits, tier
            As of :meth:`scenario`.
        **parameters
            Of ``capacity``: ``nearest``, the stations that a person may go to, and ``order`` (``"people"`` or ``"capacity"``).

        Returns
        -------
        geopandas.GeoDataFrame
            A row for each area or station, measure and group, with ``value`` and ``margin``, the half-width of the 90 %
            interval; ``attrs["notes"]`` are remarks in both languages.

        Raises
        ------
        ParameterError
            There is no such analysis; the study does not have the service, mode or tier; an edit is incomplete; or a parameter
            is not allowed.
        """
        from geoservice.live.question import ANALYSIS_IDS

        check_choice("analysis", analysis, ANALYSIS_IDS)
        inputs = {"service": service, "mode": mode, "tier": tier, "geometry": True, **parameters}
        return analysis_frame(self._live.ask(analysis, {**inputs, "edits": edit_rows(edits)}))

    def explore(self, *layers: str, language: Literal["zh", "en"] = "en") -> "folium.Map":
        """Return layers as a self-contained map for a notebook, which loads nothing from other hosts.

        By default it has all layers that are small enough and public, in the current release too. ``.save("map.html")`` writes
        it to a file.
        """
        from geoservice.api.exports import limited_reader
        from geoservice.maps.folium_map import draw_map, drawable_layers

        reader = self._reader
        if self._store is not None and not layers:
            reader = limited_reader(self._store, cast("ReleaseReader", reader))
        return draw_map(reader, drawable_layers(reader, layers), language)

    def export_static(
        self,
        folder: str | PathLike[str],
        *,
        role: Literal["public", "planner", "steward"] = "public",
        url: str | None = None,
        replace: bool = False,
    ) -> "StaticCopy":
        """Write the release as a folder for an object store or a plain web server, and return what was written.

        Parameters
        ----------
        folder
            A new or empty folder.
        role
            The layers that this role may see, in the current release too; everybody who gets the files sees them. Layers that
            are not public are written to the audit log of the project, if the release was opened from a project's folder.
        url
            The public address of the folder, for absolute links; by default they are relative.
        replace
            Whether an earlier copy in the folder may be replaced.

        Raises
        ------
        Conflict
            The folder has other files, or an earlier copy without ``replace``; nothing was written.
        InputError
            ``url`` is no address of a folder, or the release is that of a running service, which has no files to copy.
        NotFound
            The planner's page has not been built.
        ParameterError
            ``role`` is not allowed.
        """
        from geoservice.api.audit import PYTHON
        from geoservice.api.exports import export_folder
        from geoservice.api.service import ServiceReader

        if isinstance(self._reader, ServiceReader):
            raise InputError("export_static: a release of a running service cannot be copied; open its folder or store")
        reader = cast("ReleaseReader", self._reader)
        return export_folder(
            self._store, reader, Path(folder), role, url, replace=replace, settings=self._settings, channel=PYTHON
        )
