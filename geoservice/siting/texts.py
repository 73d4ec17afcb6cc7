"""Reasons and summary of a choice of sites, in both languages."""

import math
from dataclasses import dataclass

from geoservice.labels import MODE_LABELS
from geoservice.layer import Label
from geoservice.siting.arrays import SitingParameters
from geoservice.siting.front_texts import front_summary
from geoservice.siting.names import MODELS
from geoservice.siting.result import RankedSite, SitingResult


def minutes_text(ms: int) -> str:
    """Return minutes with one decimal, rounded up.

    >>> minutes_text(60_001), minutes_text(600_000)
    ('1.1', '10')
    """
    return f"{-(-ms // 6_000) / 10:g}"


@dataclass(frozen=True)
class PeopleText:
    """Writes numbers of people with their margins, if those are known; a number below ``hide_below`` is not stated.

    >>> count = PeopleText(10)
    >>> count(1234.4).en, count(1234.4, 56.0).zh, count(9.0, 3.0).zh, count(0.0).en
    ('1,234', '1,234 ± 56', '不足10', 'under 10')
    """

    hide_below: int | None = None

    def __call__(self, people: float, margin: float = math.nan) -> Label:
        """Return the text in both languages."""
        if self.hide_below is not None and people < self.hide_below:
            return Label(zh=f"不足{self.hide_below}", en=f"under {self.hide_below}")
        text = f"{people:,.0f}"
        text = text if math.isnan(margin) or margin < 0.5 else f"{text} ± {margin:,.0f}"
        return Label(zh=text, en=text)


def pick_reasons(site: RankedSite, search: int, count: PeopleText) -> Label:
    """Return why a site was chosen; ``search`` is the longest time that was searched, in ms."""
    pick = site.pick
    people = count(pick.covered, pick.margin)
    zh, en = [f"新覆盖{people.zh}人"], [f"newly reached: {people.en}"]
    if pick.drop > 0:
        far = pick.before > search
        before, after = minutes_text(search if far else pick.before), minutes_text(pick.after)
        zh.append(f"受益最大处由{before}分钟{'以上' if far else ''}降至{after}分钟")
        en.append(f"the place that gains most comes from {'over ' if far else ''}{before} to {after} minutes")
    if pick.overlap >= 0.5:
        people = count(pick.overlap)
        zh.append(f"另有{people.zh}人现有站点已覆盖")
        en.append(f"in its reach, but with a station in time already: {people.en}")
    if pick.relieved >= 0.5:
        people = count(pick.relieved)
        zh.append(f"为{people.zh}人更近，主要分担“{site.relieved_from}”")
        en.append(f"people for whom it is nearer: {people.en}, most of them now at {site.relieved_from}")
    if site.load is not None:
        people = count(site.load)
        zh.append(f"服务{people.zh}人")
        en.append(f"people served: {people.en}")
    if pick.is_tied:
        zh.append(f"与候选点{site.rival}的差别在误差范围内")
        en.append(f"no different from candidate {site.rival} within the margin")
    return Label(zh="；".join(zh), en="; ".join(en))


def summary(result: SitingResult, study: SitingParameters) -> tuple[Label, ...]:
    """Return the sentences that belong to the table of sites: what was asked, the result, its proof, and who is left out."""
    count = PeopleText(study.hide_below)
    parts = [_asked(result, study), _reached(result, count), _proof(result)]
    request = result.request
    if request.sites is not None and request.budget is None and len(result.sites) < request.sites and result.solution.proven:
        parts.append(Label(zh="再增加站点也不会更好。", en="No further site would make it better."))
    if result.closed:
        names = [station.name for station in result.closed]
        parts.append(Label(zh=f"关闭：{'、'.join(names)}。", en=f"Closing: {', '.join(names)}."))
    if left := _left_out(result, count):
        parts.append(left)
    if result.front:
        parts += front_summary(result.front)
    return tuple(parts)


def _asked(result: SitingResult, study: SitingParameters) -> Label:
    request = result.request
    service = study.titles[request.service]
    mode, model = MODE_LABELS[request.mode], MODELS[request.model]
    count = f"{result.candidates:,}"
    return Label(
        zh=f"{service.zh}，{mode.zh}{request.minutes}分钟，{model.zh}，候选点{count}个。",
        en=f"{service.en}, {request.minutes} minutes, {mode.en}, {model.en}, {count} candidates.",
    )


def _reached(result: SitingResult, count: PeopleText) -> Label:
    before, after, people = (count(v) for v in (result.reached_before, result.reached_after, result.people))
    zh, en = (
        f"时间内可到达的人口由{before.zh}人增至{after.zh}人（共{people.zh}人）。",
        f"People in time: {before.en} before, {after.en} after, of {people.en}.",
    )
    if result.solution.load is None:
        return Label(zh=zh, en=en)
    served = count(float(result.solution.load.sum()))
    return Label(zh=f"{zh}服务能力可满足{served.zh}人。", en=f"{en} There is capacity for {served.en}.")


def _proof(result: SitingResult) -> Label:
    solution = result.solution
    if solution.proven:
        return Label(zh="已证明没有更好的选择。", en="Proven: no choice is better.")
    gap = f"{100 * solution.gap:.2g}"
    return Label(zh=f"与最优值的差距不超过{gap} %。", en=f"At most {gap} % from the best possible.")


def _left_out(result: SitingResult, count: PeopleText) -> Label | None:
    """Return whom the sites leave out and why; None if nobody."""
    reasons = (
        (result.off_street, "附近没有道路", "no street near"),
        (result.beyond, "任何候选点都不能到达", "beyond every candidate and station"),
        (result.left, "有候选点可到达，但未被选中的站点覆盖", "within reach of a candidate that was not chosen"),
    )
    stated = [(count(n), zh, en) for n, zh, en in reasons if n >= 0.5]
    if not stated:
        return None
    zh = "；".join(f"{n.zh}人{text}" for n, text, _ in stated)
    en = "; ".join(f"{n.en} ({text})" for n, _, text in stated)
    return Label(zh=f"未覆盖：{zh}。", en=f"Not reached: {en}.")
