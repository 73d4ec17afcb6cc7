"""Texts of a release in both languages: labels of the dimensions of its table, and the statement of disclosure."""

from collections.abc import Mapping
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


def made_up_registers(surface: DemandSurface) -> tuple[bool, tuple[Label, ...]]:
    """Return whether the households of all registers of a surface are synthetic, and the note that those of some are."""
    facts = dict(surface.description)
    registers = [p for p in _parts(facts) if p.get("kind") == "register"]
    made_up = [p for p in registers if p.get("made_up")]
    if not made_up or len(made_up) == len(registers):
        return bool(made_up), ()
    areas = [code for p in made_up for code in p["areas"]]
    zh = f"以下区域的住户为合成数据，并非真实住户：{'、'.join(areas)}。"
    return False, (Label(zh=zh, en=f"The households of these areas are synthetic, not real ones: {', '.join(areas)}."),)


def _parts(facts: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the descriptions of the surfaces that one was made of, itself if it was not made of others."""
    parts = facts.get("parts", ())
    return [p for part in parts for p in _parts(part)] if parts else [facts]


def disclosure_statement(surface: DemandSurface) -> dict[str, Any]:
    """Return the manifest's statement of how people were protected, with two sentences for readers in each language."""
    description = dict(surface.description)
    measured = next((p for p in (description, *description.get("parts", ())) if "guess" in p), None)
    if measured is None:
        zh = "人口来自公开的人口数据，不含登记住户信息。数字为估计值。"
        en = "People come from public population data; no register of households is in it. Numbers are estimates."
    else:
        zh, en = _measured(round(100 * measured["guess"]), len(measured.get("parts", ())))
    return {**description, "statement": {"zh": zh, "en": en}}


def _measured(percent: int, registers: int) -> tuple[str, str]:
    """Return the sentences on the measurement of one register, or of several of which none loses more than the guess says."""
    data, subject = ("登记数据一次", "在册") if registers < 2 else (f"{registers}份登记数据各一次", "在其中某一份登记册中")
    source, book = ("the register", "the register") if registers < 2 else (f"each of {registers} registers", "one of them")
    zh = (
        f"人口为对{data}受保护测量所得的估计值，± 为90%误差范围。"
        f"无论掌握什么信息，猜测某一户是否{subject}，100次至多猜对{percent}次（盲猜为50次）。"
    )
    en = (
        f"People are estimates from one protected measurement of {source}; ± is the 90 % margin. "
        f"Whatever somebody knows, a guess whether a household is in {book} is right "
        f"at most {percent} times in 100 (blind: 50)."
    )
    return zh, en
