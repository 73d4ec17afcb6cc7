"""The register as arrays, in the order of its keys. Private: nothing here leaves the run but through atoms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.errors import InputError
from geoservice.geo import Floats, Int32s, Ints, Keys
from geoservice.pipeline.migrants import migrant_class
from geoservice.pipeline.places import Places
from geoservice.schema import GROUP_PREFIX, MIGRANT_CLASSES
from geoservice.study import Study


@dataclass(frozen=True)
class People:
    """Households with their group counts; all arrays have shape ``(households,)``.

    ``groups[g]`` is the number of members that belong to group ``g``; a household is of the group if it is above 0.
    ``area[level]`` are positions in ``places.areas[level]``; ``x`` and ``y`` are metres in the plane of the study.
    """

    lon: Floats
    lat: Floats
    x: Floats
    y: Floats
    key: Keys
    groups: Mapping[str, Ints]
    area: Mapping[str, Int32s]


def read_people(table: pa.Table, places: Places, study: Study) -> People:
    """Turn the households table into arrays; raises :class:`InputError` when it is empty or lacks a group of the study."""
    if table.num_rows == 0:
        raise InputError("households: none are loaded; load them with: geoservice import households FILE")
    lon, lat = (table.column(c).to_numpy() for c in ("lon", "lat"))
    x, y = places.projection.forward(lon, lat)
    here = table.column("residence_area").combine_chunks().dictionary_encode()
    of_code = here.indices.to_numpy()
    codes = [str(code) for code in here.dictionary.to_pylist()]
    return People(
        lon=lon,
        lat=lat,
        x=x,
        y=y,
        key=_keys(table.column("id").to_pylist()),
        groups=_groups(table, places, study),
        area={level: places.index(codes, level)[of_code] for level in places.areas},
    )


def _keys(ids: list[Any]) -> Keys:
    """Return the first 8 of the 16 bytes of each id as a record key: an id is an HMAC, so they are as good as random."""
    return np.frombuffer(b"".join(ids), ">u8")[::2].astype(np.uint64)


def _groups(table: pa.Table, places: Places, study: Study) -> dict[str, Ints]:
    persons = table.column("persons").to_numpy().astype(np.int64)
    groups = {"all": persons}
    if study.migrants:
        classes = migrant_class(
            table.column("registered_area").combine_chunks(),
            table.column("residence_area").combine_chunks(),
            chinese=study.code_system.startswith("nbs"),
            levels=places.levels,
            parents=places.parents,
        )
        resident = classes == MIGRANT_CLASSES[0]
        groups["migrant"] = np.where(resident, 0, persons)  # residents are everybody less migrants, out of released numbers
    for group in study.group_ids:
        name = GROUP_PREFIX + group
        if name not in table.column_names:
            raise InputError(f"households: the study counts group {group!r}, but no file loaded has a column for it")
        groups[group] = table.column(name).to_numpy().astype(np.int64)
    return groups
