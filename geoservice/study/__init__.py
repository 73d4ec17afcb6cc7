"""The model of study.toml: what a study computes and publishes."""

from geoservice.study.base import Direction, Mode, Title
from geoservice.study.closures import Closure, shape_fault
from geoservice.study.study import MINUTES, DemandSources, Disclosure, Group, Projection, Service, Study, read_study
from geoservice.study.vans import Vans, checked_vans

__all__ = [
    "MINUTES",
    "Closure",
    "DemandSources",
    "Direction",
    "Disclosure",
    "Group",
    "Mode",
    "Projection",
    "Service",
    "Study",
    "Title",
    "Vans",
    "checked_vans",
    "read_study",
    "shape_fault",
]
