"""A chosen site, and a point of the front of coverage and fairness, as a row of a table."""

import math

from geoservice.siting.front_texts import far_minutes
from geoservice.siting.result import FrontSites, RankedSite, SitingResult

ROW_NAMES = (
    "rank", "id", "name", "status", "area_zh", "area_en", "persons", "persons_margin", "persons_total", "minutes_before",
    "minutes_after", "minutes_saved", "overlap", "relieved", "relieved_from", "rival", "difference", "difference_margin",
    "tied", "load", "reason_zh", "reason_en",
)  # fmt: skip


def site_row(rank: int, site: RankedSite, result: SitingResult) -> dict[str, object]:
    """Return a site by column; numbers of people that are not to be shown, and unknown ones, are NaN."""
    pick, search, people = site.pick, result.search, result.shown
    before, after = (-(-ms // 6_000) / 10 for ms in (min(pick.before, search), pick.after))
    saved = round(before - after, 1) if pick.drop else 0.0
    before = before if pick.before <= search else math.nan
    difference = pick.difference if math.isnan(pick.difference) or not result.is_timed else pick.difference / 60_000
    values = (
        rank, site.id, site.name, site.status, site.area.zh, site.area.en, people(pick.covered), round(pick.margin, 1),
        people(site.total), before, after, saved, people(pick.overlap), people(pick.relieved), site.relieved_from, site.rival,
        round(difference, 1), round(pick.difference_margin, 1), pick.is_tied,
        None if site.load is None else people(site.load), site.reasons.zh, site.reasons.en,
    )  # fmt: skip
    return dict(zip(ROW_NAMES, values, strict=True))


def front_row(choice: FrontSites, result: SitingResult) -> dict[str, object]:
    """Return a point of the front by column, without its sites; unknown numbers, and those not to be shown, are NaN."""
    people, point = result.shown, choice.point
    return {
        "persons": people(choice.reached),
        "persons_margin": round(choice.margin, 1),
        "far_minutes": far_minutes(choice),
        "severity": round(point.severity, 6),
        "excess_minutes": round(point.excess / 60_000, 2),
        "proven": point.proven,
        "gap": point.gap,
        "most_covered": math.isnan(choice.difference),
        "difference": round(choice.difference, 2),
        "difference_margin": round(choice.difference_margin, 1),
        "tied": choice.is_tied,
    }
