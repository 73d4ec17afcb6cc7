"""Notes of a release on the day and the hour of travel: closures, fords and winter roads that are open, peak factors."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from geoservice.labels import MODE_LABELS
from geoservice.layer import Label
from geoservice.modes import Hazard
from geoservice.network.closures import ClosedStreets
from geoservice.network.variants import closed_streets
from geoservice.pipeline.inputs import join_names
from geoservice.study import Closure, Study

_HAZARDS: Mapping[Hazard, Label] = {
    "ford": Label(zh="涉水路段", en="fords"),
    "tidal": Label(zh="潮汐道路", en="tidal ways"),
    "winter_road": Label(zh="冬季道路", en="winter roads"),
}


def closure_notes(study: Study, day: date, network: Mapping[str, Any]) -> tuple[Label, ...]:
    """Return which closures were in force on a day, with what they met of the streets, and which were not."""
    met = closed_streets(network)
    in_force = [_in_force(c, met[c.id]) for c in study.closures if c.in_force(day)]
    others = [_not_in_force(c) for c in study.closures if not c.in_force(day)]
    notes = []
    if in_force:
        notes.append(_joined(in_force, f"{day}当日的道路封闭和减速已计入：", f"Closures in force on {day} are counted: "))
    if others:
        notes.append(
            _joined(others, f"以下道路封闭和减速在{day}不生效，未计入：", f"Closures not in force on {day} are not counted: ")
        )
    return tuple(notes)


def hazard_notes(study: Study) -> tuple[Label, ...]:
    """Return a note if the study opens fords, tidal ways or winter roads."""
    if not study.open_hazards:
        return ()
    return (_joined([_HAZARDS[h] for h in study.open_hazards], "按研究设置，以下道路可以通行：", "Open as the study says: "),)


def peak_notes(study: Study) -> tuple[Label, ...]:
    """Return a note for each mode whose times are those of the rush hour."""
    return tuple(
        Label(
            zh=f"{MODE_LABELS[mode].zh}时间为高峰时段：道路上的时间乘以{factor:g}，两端到道路的步行时间不变。",
            en=f"Times of {MODE_LABELS[mode].en} are those of the rush hour: on streets they are multiplied by {factor:g}, the "
            "walk to the street at both ends is not.",
        )
        for mode, factor in study.peak_factor.items()
        if factor > 1
    )


def _joined(labels: Sequence[Label], zh: str, en: str) -> Label:
    names = [label.zh for label in labels], [label.en for label in labels]
    return Label(zh=f"{zh}{join_names(names[0], '；')}。", en=f"{en}{join_names(names[1], '; ')}.")


def _in_force(closure: Closure, met: Mapping[str, ClosedStreets]) -> Label:
    zh = "封闭" if closure.factor is None else f"时间为{closure.factor:g}倍"
    en = "closed" if closure.factor is None else f"{closure.factor:g} times slower"
    streets = [(MODE_LABELS[mode], _amount(found)) for mode, found in met.items() if found.segments or found.nodes]
    return Label(
        zh=f"{closure.title.zh}（{zh}：{'、'.join(mode.zh + amount.zh for mode, amount in streets)}）",
        en=f"{closure.title.en} ({en}: {', '.join(f'{mode.en} {amount.en}' for mode, amount in streets)})",
    )


def _amount(met: ClosedStreets) -> Label:
    """Return the length of streets, and the number of nodes, for people."""
    km = f"{met.metres / 1000:.2f}" if met.segments else ""
    zh = [f"{km}公里"] * bool(km) + [f"{met.nodes}个节点"] * bool(met.nodes)
    en = [f"{km} km"] * bool(km) + [f"{met.nodes} {'node' if met.nodes == 1 else 'nodes'}"] * bool(met.nodes)
    return Label(zh="和".join(zh), en=" and ".join(en))


def _not_in_force(closure: Closure) -> Label:
    first, last = closure.start, closure.until
    zh = f"{first}至{last}" if first and last else f"{first}起" if first else f"至{last}"
    en = f"{first} to {last}" if first and last else f"from {first}" if first else f"until {last}"
    return Label(zh=f"{closure.title.zh}（{zh}）", en=f"{closure.title.en} ({en})")
