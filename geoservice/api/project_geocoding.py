"""The gazetteer of a project folder, and files whose addresses are found in it."""

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from geoservice.api.geocoding import geocoder_of
from geoservice.api.options import ImportOptions, make_options
from geoservice.api.project_stores import ProjectStores
from geoservice.errors import check_choice
from geoservice.progress import Progress, quiet

if TYPE_CHECKING:
    import geopandas

    from geoservice.api.gazetteer import ProjectGazetteer
    from geoservice.geocode.files import GeocodeReport


class ProjectGeocoding(ProjectStores):
    """A project folder with a gazetteer."""

    @property
    def gazetteer(self) -> "ProjectGazetteer":
        """The gazetteer of the project: public places by which addresses are found."""
        from geoservice.api.gazetteer import ProjectGazetteer

        return ProjectGazetteer(self._inputs, self.study, self.settings)

    def geocode(
        self,
        file: str | PathLike[str],
        *,
        columns: Sequence[str] = (),
        out: str | PathLike[str] | None = None,
        review: str | PathLike[str] | None = None,
        precision: str = "village",
        score: int = 45,
        country: str | None = None,
        scope: str | None = None,
        processes: int | None = None,
        progress: Progress = quiet,
        **options: Unpack[ImportOptions],
    ) -> "GeocodeReport":
        """Find the places of the addresses of a file, and write its rows with them to a new file, and a review workbook.

        A run that was interrupted goes on where it was. The files hold what the file holds: keep them as you keep the register.

        Parameters
        ----------
        file
            A table of any format that imports read.
        columns
            Headers whose texts are joined to the address; by default the column that is recognised as one.
        out, review
            The new file (``.csv``, ``.xlsx`` or ``.parquet``) and the workbook; by default beside the file.
        precision, score
            What is good enough not to be reviewed: a precision of the ladder, and the least score.
        country, scope
            As of :func:`geoservice.api.geocoding.geocoder_of`.
        processes
            By default one for each core.
        progress
            Called with a stage and a fraction.
        **options
            ``layer``, ``header_row`` and ``mapping`` of imports.

        Raises
        ------
        NotFound
            The project has no gazetteer.
        InputError
            The file cannot be read, or has no column of addresses.
        """
        from geoservice.addresses.precision import PRECISIONS
        from geoservice.geocode.files import GeocodeOptions, geocode_file
        from geoservice.geocode.fixes import private_folder
        from geoservice.geocode.review import Threshold

        check_choice("precision", precision, tuple(PRECISIONS))
        settings = self.settings
        geocoder = geocoder_of(self._inputs, self.study, settings.home, country, scope)
        reading = replace(make_options(options), seconds=settings.import_seconds, memory_mb=settings.import_memory_mb)
        new, workbook = (None if name is None else Path(name) for name in (out, review))
        chosen = GeocodeOptions(tuple(columns), new, workbook, Threshold(precision, score), reading, processes)
        return geocode_file(Path(file), self.study, geocoder, private_folder(settings.home), chosen, progress)

    def geocode_addresses(
        self, addresses: Sequence[str], *, country: str | None = None, scope: str | None = None
    ) -> "geopandas.GeoDataFrame":
        """Return where addresses are, in their order: position, precision, score, faults, uncertainty, other places that fit.

        The same address has the same answer as in :meth:`geocode` and from the service. The frame has no text of the addresses.

        Parameters
        ----------
        addresses
        country, scope
            As of :func:`geoservice.api.geocoding.geocoder_of`.

        Raises
        ------
        NotFound
            The project has no gazetteer.
        """
        from geoservice.api.address_frames import geocoded_frame

        geocoder = geocoder_of(self._inputs, self.study, self.settings.home, country, scope)
        return geocoded_frame(geocoder.geocode_all(addresses))

    def apply_review(self, workbook: str | PathLike[str], *, crs: str = "EPSG:4326") -> int:
        """Store the filled rows of a review workbook as reference points, all or none, and return their number.

        ``crs`` is that of positions that were typed in: degrees of WGS 84, ``gcj02`` or ``bd09``.
        """
        from geoservice.geocode.apply_review import apply_review
        from geoservice.geocode.fixes import private_folder

        home = self.settings.home
        return apply_review(Path(workbook), geocoder_of(self._inputs, self.study, home), private_folder(home), crs)
