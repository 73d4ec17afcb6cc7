"""geoservice export --dataset: the current release as GeoParquet partitioned by county."""

from typing import TYPE_CHECKING

from geoservice.cli.common import out, progress_bar

if TYPE_CHECKING:
    from geoservice.release.protocols import ReleaseReader


def export_dataset(reader: "ReleaseReader", url: str, layers: list[str]) -> None:
    """Write layers of a release, by default all and the release table, and print what was written."""
    from geoservice.api.release_dataset import export_release

    with progress_bar() as progress:
        written = export_release(reader, url, layers, progress)
    for dataset in written:
        restricted = "" if dataset.role == "public" else f"; in the service it is for role {dataset.role}"
        out.print(f"{url}/{dataset.name}: {dataset.rows} rows in {dataset.counties} counties{restricted}", markup=False)
