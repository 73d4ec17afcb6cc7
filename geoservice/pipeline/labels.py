"""Labels of the dimensions of the release table: those of the study, and of modes, tiers and groups."""

from geoservice.labels import GROUPS, MODES, TIERS
from geoservice.layer import Label
from geoservice.release.layer_columns import DimensionLabels
from geoservice.study import Study, Title


def _label(title: Title) -> Label:
    return Label(zh=title.zh, en=title.en)


def dimension_labels(study: Study) -> DimensionLabels:
    """Return the labels of a study's dimensions; layers first show its first service and mode, at the standard minutes."""
    service = study.services[0]
    return DimensionLabels(
        labels={
            "service": {s.id: _label(s.title) for s in study.services},
            "group": {**GROUPS, **{g.id: _label(g.title) for g in study.groups}},
            "mode": MODES,
            "tier": TIERS,
        },
        first={"service": service.id, "mode": study.modes[0], "minutes": service.standard_minutes},
    )
