"""A release with a layer so large that a page of it is slow."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from geoservice.release import ReleaseContent, open_store
from geoservice.release.base import LayerContent


def repeated(content: LayerContent, rows: int, words: str = "") -> LayerContent:
    """Repeat the features of a layer until there are so many; ``words`` are added to each English name."""
    features = content.features.take(np.arange(rows) % content.features.num_rows)
    at = features.schema.get_field_index("unit")
    features = features.set_column(0, features.schema.field(0), pa.array(np.arange(1, rows + 1)))
    features = features.set_column(at, features.schema.field(at), pa.array([f"u{i:07}" for i in range(rows)]))
    name = features.schema.get_field_index("name_en")
    longer = pa.array([text + words for text in features.column(name).to_pylist()])
    features = features.set_column(name, features.schema.field(name), longer)
    return LayerContent(content.layer.model_copy(update={"features": rows}), features)


def publish(folder: Path, content: ReleaseContent, layer: str = "stations", rows: int = 0, words: str = "") -> Path:
    """Publish a release into a folder, one of its layers with so many rows, and return the folder."""
    layers = [repeated(c, rows, words) if rows and c.layer.id == layer else c for c in content.layers]
    manifest = content.manifest.model_copy(update={"layers": tuple(c.layer for c in layers)})
    store = open_store(folder / "releases", None, "x", read_only=False)
    store.write(replace(content, layers=layers, manifest=manifest))
    store.close()
    return folder
