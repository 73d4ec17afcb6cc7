"""Texts of a release in both languages: labels of the dimensions of its table, and the statement of disclosure."""

from typing import Any

from geoservice.demand import DemandSurface
from geoservice.labels import GROUPS, TIERS, mode_labels
from geoservice.layer import Label
from geoservice.release.layer_columns import DimensionLabels
from geoservice.study import Study, Title


def _label(title: Title) -> Label:
    return Label(zh=title.zh, en=title.en)


def dimension_labels(study: Study) -> DimensionLabels:
    """Return the labels of a study's dimensions; layers first show its first service and mode, standard minutes, everybody."""
    service = study.services[0]
    return DimensionLabels(
        labels={
            "service": {s.id: _label(s.title) for s in study.services},
            "group": {**GROUPS, **{g.id: _label(g.title) for g in study.groups}},
            "mode": mode_labels(study.peak_factor),
            "tier": TIERS,
        },
        first={"service": service.id, "mode": study.modes[0], "minutes": service.standard_minutes, "group": "all"},
    )


SYNTHETIC = Label(
    zh="本例中的住户为合成数据，并非真实住户。",
    en="The households of this example are synthetic, not real ones.",
)


def disclosure_statement(surface: DemandSurface) -> dict[str, Any]:
    """Return the manifest's statement of how people were protected, with two sentences for readers in each language."""
    description = dict(surface.description)
    guess = description.get("guess") or next((p["guess"] for p in description.get("parts", ()) if "guess" in p), None)
    if guess is None:
        zh = "人口来自公开的人口数据，不含登记住户信息。数字为估计值。"
        en = "People come from public population data; no register of households is in it. Numbers are estimates."
    else:
        percent = round(100 * guess)
        zh = (
            "人口为对登记数据一次受保护测量所得的估计值，± 为90%误差范围。"
            f"无论掌握什么信息，猜测某一户是否在册，100次至多猜对{percent}次（盲猜为50次）。"
        )
        en = (
            "People are estimates from one protected measurement of the register; ± is the 90 % margin. "
            "Whatever somebody knows, a guess whether a household is in the register is right "
            f"at most {percent} times in 100 (blind: 50)."
        )
    return {**description, "statement": {"zh": zh, "en": en}}
