"""Labels of the dimensions of the release table: those of the study, and of modes, tiers and groups."""

from geoservice.layer import Label
from geoservice.release.layer_columns import DimensionLabels
from geoservice.study import Study, Title

MODES: dict[str | int, Label] = {
    "walk": Label(zh="步行", en="walking"),
    "cycle": Label(zh="骑行", en="cycling"),
    "drive": Label(zh="驾车", en="driving"),
}
TIERS: dict[str | int, Label] = {
    "any": Label(zh="任一级", en="any tier"),
    "county": Label(zh="县级", en="county"),
    "township": Label(zh="乡镇级", en="township"),
    "village": Label(zh="村级", en="village"),
    "van": Label(zh="流动车", en="van"),
}
GROUPS: dict[str | int, Label] = {
    "all": Label(zh="全部人口", en="everybody"),
    "resident": Label(zh="户籍人口", en="residents"),
    "migrant": Label(zh="流动人口", en="migrants"),
}


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
