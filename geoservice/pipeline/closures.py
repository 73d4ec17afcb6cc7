"""The closures of a study that are in force on a day, as changes of its street network."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

import numpy as np

from geoservice.errors import StudyError
from geoservice.geo import Objects
from geoservice.network.closures import CLOSED, StreetClosure
from geoservice.network.variants import StreetChanges
from geoservice.study import Closure, Study

NO_SHAPES: Mapping[str, Objects] = MappingProxyType({})


def travel_day(study: Study, day: date | None) -> date:
    """Return the day whose closures count: the one of the command, the study's, or today."""
    return day or study.travel_date or datetime.now().astimezone().date()


def street_changes(study: Study, shapes: Mapping[str, Objects], day: date) -> StreetChanges:
    """Return what the study changes of the streets on a day; ``shapes`` are those of the closures' files, by id."""
    closures = tuple(_street_closure(c, study, shapes) for c in study.closures if c.in_force(day))
    return StreetChanges(closures, frozenset(study.open_hazards))


def _street_closure(closure: Closure, study: Study, shapes: Mapping[str, Objects]) -> StreetClosure:
    ids = {letter: tuple(int(i[1:]) for i in closure.osm if i[0] == letter) for letter in "wn"}
    return StreetClosure(
        closure.id,
        closure.modes or study.modes,
        CLOSED if closure.factor is None else closure.factor,
        _shapes(closure, shapes),
        ids["w"],
        ids["n"],
    )


def _shapes(closure: Closure, shapes: Mapping[str, Objects]) -> Objects:
    if closure.geometry is not None:
        return np.array([closure.geometry], object)
    if closure.file is None:
        return np.empty(0, object)
    if closure.id not in shapes:
        raise StudyError(f"study.toml: closures.{closure.id}.file: the shapes of {closure.file} were not read")
    return shapes[closure.id]
