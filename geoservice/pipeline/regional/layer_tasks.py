"""The task of a layer: its features and its tiles."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from geoservice.layer import Label, Layer
from geoservice.pipeline.regional.job import RegionalJob
from geoservice.pipeline.regional.table_tasks import read_rows
from geoservice.pipeline.release_layers import make_layers
from geoservice.pipeline.release_texts import dimension_labels
from geoservice.release.base import LayerContent, PublishedLayer
from geoservice.release.layers import build_layers
from geoservice.release.vector_tiles.archives import TileArchives


def rows_of_layer(job: RegionalJob, layer: Layer) -> pa.Table:
    """Return the rows of the release table that a layer shows; texts are dictionary-encoded."""
    measures = [c.measure for c in layer.columns if c.measure]
    table = read_rows(job, layer.geography)
    return table.filter(pc.is_in(table.column("measure"), pa.array(measures, pa.string()))).combine_chunks()


def read_units(job: RegionalJob, geographies: Sequence[str]) -> dict[str, pa.Table]:
    """Return the units of some geographies."""
    return {g: job.store.read_table(f"{job.joint}/units/{g}") for g in geographies}


def table_layer(job: RegionalJob, layer: Layer, geographies: Sequence[str], table: pa.Table) -> LayerContent:
    """Return the layer of the release table itself, which is too large to be handed from a task to the command."""
    return next(build_layers([layer], read_units(job, geographies), table, dimension_labels(job.study)))


def layer_name(layer: Layer) -> str:
    """Return a name that is another one if the layer is described otherwise: a run that goes on builds it anew."""
    return f"{layer.id}-{hashlib.sha256(layer.model_dump_json().encode()).hexdigest()[:12]}"


def _folder(job: RegionalJob, layer: Layer) -> str:
    return f"{job.joint}/layers/{layer_name(layer)}"


def build_layer(job: RegionalJob, layer: Layer, geographies: Sequence[str], attribution: Label) -> None:
    """Build and draw a layer and store it; ``geographies`` are those with units. A layer without numbers stores nothing."""
    with closing(TileArchives(attribution)) as archives:
        for content in _contents(job, layer, geographies, archives):
            _store(job, _folder(job, layer), content, archives.path(layer.id))


def _contents(job: RegionalJob, layer: Layer, geographies: Sequence[str], archives: TileArchives) -> Sequence[LayerContent]:
    """Return the layer, whose tiles are being drawn; what it was made of leaves memory."""
    units = read_units(job, [g for g in geographies if g in layer.geography])
    return list(make_layers([layer], units, rows_of_layer(job, layer), dimension_labels(job.study), archives).values())


def _store(job: RegionalJob, name: str, content: LayerContent, tiles: Path | None) -> None:
    areas = {} if content.areas is None else {"area_path": content.areas}
    job.store.write_table(f"{name}/features", content.features)
    job.store.write_table(f"{name}/areas", pa.table(areas))
    if tiles is not None:
        job.store.write(f"{name}/tiles.pmtiles", tiles.read_bytes())
    job.store.write_json(f"{name}/layer.json", {"layer": content.layer.model_dump(mode="json"), "unplaced": content.unplaced})


def read_layer(job: RegionalJob, layer: Layer) -> LayerContent | None:
    """Return a layer that was built; None if it had no numbers."""
    name = _folder(job, layer)
    if not job.store.has(f"{name}/layer.json"):
        return None
    stored = job.store.read_json(f"{name}/layer.json")
    areas = job.store.read_table(f"{name}/areas")
    column = areas.column("area_path").combine_chunks() if areas.num_columns else None
    features = job.store.read_table(f"{name}/features")
    return LayerContent(PublishedLayer.model_validate(stored["layer"]), features, column, stored["unplaced"])


class StoredArchives:
    """The tiles of layers that were drawn by tasks, as files in a folder."""

    def __init__(self, job: RegionalJob, layers: Sequence[Layer], folder: Path) -> None:
        self._paths: Mapping[str, Path | None] = {layer.id: self._copied(job, layer, folder) for layer in layers}

    @staticmethod
    def _copied(job: RegionalJob, layer: Layer, folder: Path) -> Path | None:
        name, path = f"{_folder(job, layer)}/tiles.pmtiles", folder / f"{layer.id}.pmtiles"
        if not job.store.has(name):
            return None
        path.write_bytes(job.store.read(name))
        return path

    def path(self, layer_id: str) -> Path | None:
        """Return a layer's archive, None if it has no tiles."""
        return self._paths[layer_id]
