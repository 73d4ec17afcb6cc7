"""A release from Python: layers as GeoDataFrames with units and margins, and as a map."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from os import PathLike, fspath
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from geoservice.api.disclosure import DisclosureStatement
from geoservice.api.stores import releases_of, settings_for
from geoservice.errors import NotFound

if TYPE_CHECKING:
    import folium
    import geopandas
    import pandas as pd

    from geoservice.release import ReleaseStore
    from geoservice.release.base import FeatureReader, Manifest


def open_release(source: str | PathLike[str] | None = None, number: int | None = None, token: str | None = None) -> "Release":
    """Return a release, opened for reading.

    Parameters
    ----------
    source
        A project folder (by default ``GEOSERVICE_HOME``, or the current folder), a folder of releases, the folder of one
        release, or the address of a running service, ``http://...``.
    number
        Which release; by default the current one. The folder of one release and a service have one alone.
    token
        For a service: what ``geoservice token add`` printed. Without it public layers are seen.

    Raises
    ------
    NotFound
        There is no such folder or release.
    Unavailable
        Nothing has been published yet, or the service does not answer.
    """
    text = "" if source is None else fspath(source)
    if "://" in text:
        from geoservice.api.service import ServiceReader

        return Release(_one(ServiceReader(text, token), number))
    folder = None if source is None else Path(source)
    if folder is not None and not folder.is_dir():
        raise NotFound(f"{text}: there is no such folder")
    return _of_folder(folder, number)


def _of_folder(folder: Path | None, number: int | None) -> "Release":
    from geoservice.release.files import MANIFEST
    from geoservice.release.folder import CURRENT, FolderReader, FolderStore

    if folder is not None and (folder / MANIFEST).is_file():
        name = folder.resolve().name  # ``current`` is a link to a number
        return Release(_one(FolderReader(int(name) if name.isdecimal() else 0, folder), number))
    if folder is not None and (folder / CURRENT).is_symlink():
        return Release.stored(FolderStore(folder, read_only=True), number)
    return Release.stored(releases_of(settings_for(folder), read_only=True), number)


def _one(reader: "FeatureReader", number: int | None) -> "FeatureReader":
    """Return a reader of what holds one release alone; raises :class:`NotFound` where another number is asked for."""
    if number is not None and number != reader.number:
        reader.close()
        raise NotFound(f"release {number} is not there, only {reader.number}")
    return reader


class Release:
    """One release, opened for reading: ``remarks`` are what a run that made it just now had to say."""

    def __init__(self, reader: "FeatureReader", store: "ReleaseStore | None" = None, remarks: Sequence[str] = ()) -> None:
        self.remarks = tuple(remarks)
        self._reader, self._opened = reader, ExitStack()
        if store is not None:
            self._opened.callback(store.close)
        self._opened.callback(reader.close)

    @classmethod
    def stored(cls, store: "ReleaseStore", number: int | None = None, remarks: Sequence[str] = ()) -> Self:
        """Return a release of a store, the current one by default; the store is closed with it."""
        try:
            return cls(store.open(number), store, remarks)
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
        """Let go of files and connections."""
        self._opened.close()

    @property
    def number(self) -> int:
        """Return its number."""
        return self._reader.number

    @property
    def manifest(self) -> "Manifest":
        """Return what it says of itself: study, inputs, parameters, code version, layers."""
        return self._reader.manifest

    @property
    def disclosure(self) -> DisclosureStatement:
        """Return how people were protected."""
        return DisclosureStatement.of(self.manifest.disclosure)

    @property
    def layers(self) -> "pd.DataFrame":
        """Return the layers, a row each: titles in both languages, form, and the levels that :meth:`layer` can choose from."""
        from geoservice.api.frames import layers_frame

        return layers_frame(self.manifest.layers)

    def columns(self, layer_id: str) -> "pd.DataFrame":
        """Return the columns of a layer, a row each: titles in both languages, type, unit, measure, whose margin it is."""
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
        """Return features of a layer, all of them by default.

        Parameters
        ----------
        layer_id
            One of :attr:`layers`.
        where
            A filter in CQL2 text, as ``"persons > 1000 AND name_en LIKE 'Da%'"``, or values by column.
        level
            Level of area, where a layer has several.
        bbox
            West, south, east and north in degrees: what meets this box.
        columns
            These columns alone, each with its margin.

        Returns
        -------
        geopandas.GeoDataFrame
            In WGS 84. A number of people ``x`` has the half-width of its 90 % interval beside it, ``x_margin``.
            ``attrs["units"]`` holds the units of columns.

        Raises
        ------
        NotFound
            There is no such layer.
        ParameterError
            A filter, level, box or column is not one of this layer.
        """
        from geoservice.api.frames import to_frame
        from geoservice.api.query import item_query
        from geoservice.release.batches import Batches

        layer = self._reader.layer(layer_id)
        return to_frame(layer, Batches(self._reader, layer_id, item_query(layer, where, level, bbox, columns)))

    def explore(self, *layers: str, language: Literal["zh", "en"] = "en") -> "folium.Map":
        """Return layers as a map that a notebook shows and that asks no other host for anything.

        By default it has all public layers that are small enough. ``.save("map.html")`` writes it.
        """
        from geoservice.maps.folium_map import draw_map, drawn_layers

        return draw_map(self._reader, drawn_layers(self._reader, layers), language)
