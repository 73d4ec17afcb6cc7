"""Names of stops, reasons, and the summary of tours, in both languages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from geoservice.analysis.van_tours.timetable import NO_ROAD, NO_TIME, TOO_FAR, VISITED, Text, VanPlan
from geoservice.labels import MODE_LABELS, service_label
from geoservice.layer import Label
from geoservice.siting.result import RankedSite, SitingResult
from geoservice.siting.texts import PeopleText
from geoservice.study import Study, Vans

_AGAINST: dict[str, Text] = {
    TOO_FAR: {"zh": "往返加停留超过一个工作日", "en": "the way there and back and the stay are longer than a working day"},
    NO_TIME: {"zh": "车辆工作时间已满", "en": "the vans have no time left"},
    NO_ROAD: {
        "zh": "附近没有车行道路，或从驻地一个工作日内不能往返",
        "en": "no street for vans near, or none from a base and back within a day",
    },
}


def reasons_against(status: str) -> Text:
    """Return why a stop is not visited."""
    return _AGAINST[status]


def reasons_for(site: RankedSite, hide_below: int | None) -> Text:
    """Return why a stop was chosen; where small counts are hidden, only the people whom it newly reaches."""
    if hide_below is None:
        return site.reasons.model_dump()
    people = shown_people(site.pick.covered, site.pick.margin, hide_below)
    return {"zh": f"新覆盖{people.zh}人", "en": f"newly reached: {people.en}"}


def shown_people(people: float, margin: float, hide_below: int | None) -> Label:
    """Return a number of people with its margin, or that it is below the number from which counts are shown.

    >>> shown_people(7.0, 2.0, 10).en, shown_people(70.0, 2.0, 10).en
    ('under 10', '70 ± 2')
    """
    return PeopleText(hide_below)(people, margin)


def numbered_names(names: Sequence[str], areas: Sequence[Label]) -> list[Text]:
    """Return the names of stops: their own, or that of the area around with a number where it has several.

    >>> area = Label(zh="甲镇", en="Jia")
    >>> [name["en"] for name in numbered_names(["", "School", ""], [area] * 3)]
    ['Jia 1', 'School', 'Jia 2']
    """
    unnamed = Counter(area.zh for name, area in zip(names, areas, strict=True) if not name)
    used: Counter[str] = Counter()
    texts: list[Text] = []
    for name, area in zip(names, areas, strict=True):
        if name:
            texts.append({"zh": name, "en": name})
            continue
        used[area.zh] += 1
        number = f" {used[area.zh]}" if unnamed[area.zh] > 1 or not area.zh else ""
        zh, en = area.zh or "停靠点", area.en or area.zh or "Stop"
        texts.append({"zh": f"{zh}{number}", "en": f"{en}{number}"})
    return texts


def summary(plan: VanPlan, study: Study, vans: Vans, result: SitingResult) -> VanPlan:
    """Return the plan with its summary: what was asked, who is reached, the work of the vans, its proof, who is left out."""
    below = study.disclosure.hide_below
    parts = [_asked(study, vans, result), _reached(plan, below), _work(plan), _proof(plan), *_left_out(plan, below)]
    return replace(plan, summary=tuple(part.model_dump() for part in parts))


def _asked(study: Study, vans: Vans, result: SitingResult) -> Label:
    service, mode = service_label(vans.service, study.model_dump(mode="json")), MODE_LABELS[vans.mode]
    minutes, candidates = result.request.minutes, f"{result.candidates:,}"
    return Label(
        zh=f"{service.zh}流动服务车，{mode.zh}{minutes}分钟可达停靠点，候选点{candidates}个。",
        en=f"{service.en} by van, stops within {minutes} minutes, {mode.en}, {candidates} candidates.",
    )


def _reached(plan: VanPlan, below: int | None) -> Label:
    before, after, everybody = (f"{n:,.0f}" for n in (plan.reached_before, plan.reached_after, plan.persons))
    new = shown_people(plan.reached_after - plan.reached_before, plan.margin, below)
    return Label(
        zh=f"可达人口：现有站点{before}人，加停靠点{after}人（新增{new.zh}人），共{everybody}人。",
        en=f"People in time: {before} of a station, {after} of a station or a stop (newly {new.en}), of {everybody}.",
    )


def _work(plan: VanPlan) -> Label:
    visited = sum(stop.status == VISITED for stop in plan.stops)
    used = len({(tour.base, tour.van) for tour in plan.tours})
    hours = sum((t.back - t.depart) * (plan.cycle // t.period) for t in plan.tours) / 60
    weekly, driving = f"{hours / plan.cycle:,.1f}", f"{plan.driving / 60 / plan.cycle:,.1f}"
    tours, cycle = len(plan.tours), plan.cycle
    return Label(
        zh=f"停靠点{visited}个，线路{tours}条，用车{used}辆，{cycle}周一个周期；每周出车{weekly}小时，其中行驶{driving}小时。",
        en=f"Stops: {visited}; tours: {tours}; vans in use: {used}; weeks of a cycle: {cycle}; "
        f"hours a week: {weekly}, of which {driving} driving.",
    )


def _proof(plan: VanPlan) -> Label:
    if not plan.tours:
        return Label(zh="没有需要停靠的地点。", en="No stop is needed or possible.")
    if plan.driving <= plan.bound + 1e-6:
        return Label(zh="已证明到这些停靠点的行驶时间不能更短。", en="Proven: no tours to these stops drive less.")
    gap = f"{100 * (plan.driving - plan.bound) / plan.driving:.0f}"
    return Label(
        zh=f"未证明行驶时间最短：到这些停靠点至多还能缩短{gap}%。",
        en=f"Not proven to drive least: tours to these stops can be at most {gap} % shorter.",
    )


def _left_out(plan: VanPlan, below: int | None) -> list[Label]:
    labels = []
    for status, against in _AGAINST.items():
        stops = [s for s in plan.stops if s.status == status]
        if stops:
            people = [shown_people(s.persons, s.margin, below) for s in stops]
            zh = "、".join(f"{s.name['zh']}（{p.zh}人）" for s, p in zip(stops, people, strict=True))
            en = ", ".join(f"{s.name['en']} ({p.en} people)" for s, p in zip(stops, people, strict=True))
            labels.append(Label(zh=f"不停靠：{zh}：{against['zh']}。", en=f"Not visited: {en}: {against['en']}."))
    return labels
