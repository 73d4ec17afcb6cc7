"""mapnik, without what its import does to the environment of everybody else."""

import os
from importlib import import_module
from typing import Any


def _load() -> Any:
    """Import mapnik; take back its PROJ_LIB and GDAL_DATA, which would send other libraries to data of other versions."""
    before = {"PROJ_LIB", "GDAL_DATA"} & set(os.environ)
    module = import_module("mapnik")
    for name in {"PROJ_LIB", "GDAL_DATA"} - before:
        os.environ.pop(name, None)
    return module


mapnik: Any = _load()
