"""Datasets: tables as GeoParquet files partitioned by county, in a folder or an S3-compatible store."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoservice.datasets.read import read_dataset
    from geoservice.datasets.store import Store
    from geoservice.datasets.urls import open_store
    from geoservice.datasets.write import begin_update, finish_update, remove_dataset, write_dataset, write_partition

__all__ = [
    "Store",
    "begin_update",
    "finish_update",
    "open_store",
    "read_dataset",
    "remove_dataset",
    "write_dataset",
    "write_partition",
]
_MODULES = {"Store": "store", "open_store": "urls", "read_dataset": "read"}


def __getattr__(name: str) -> Any:
    """Import on first use: the reader process of imports needs the names of partitions only."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"geoservice.datasets.{_MODULES.get(name, 'write')}"), name)
