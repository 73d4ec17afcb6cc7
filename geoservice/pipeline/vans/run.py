"""Tours of vans on a project."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import shapely

from geoservice.analysis.van_tours.plan import TourPlan, plan_tours
from geoservice.analysis.van_tours.problem import TourProblem, service_minutes, visit_periods
from geoservice.analysis.van_tours.timetable import NO_TIME, TOO_FAR, VISITED, VanPlan, VanStop, VanTour, Visit
from geoservice.errors import InputError
from geoservice.network.variants import StreetChanges, changed_network
from geoservice.pipeline.context import UNCHANGED
from geoservice.pipeline.inputs import read_inputs
from geoservice.pipeline.travel import ModeTravel
from geoservice.pipeline.vans.roads import VanRoads
from geoservice.pipeline.vans.stops import ChosenStops, choose_stops
from geoservice.pipeline.vans.texts import numbered_names, reasons_against, reasons_for, summary
from geoservice.progress import Progress
from geoservice.project import Project
from geoservice.siting.candidates import Candidates
from geoservice.study import Study, Vans


def plan_van_tours(
    project: Project,
    study: Study,
    vans: Vans,
    file: Candidates | None,
    progress: Progress,
    day: date,
    changes: StreetChanges = UNCHANGED,
) -> VanPlan:
    """Return stops for people whom no station reaches, and the tours of vans to them.

    Parameters
    ----------
    project, study
        The public inputs.
    vans : Vans
        What the vans bring, from where, and when; the study's or another one.
    file : Candidates, optional
        Candidates of a file; None for junctions of the streets for vans.
    progress : function
        Called with a stage and a fraction; an exception in it cancels.
    day : date
        The day of travel: without ``starts`` week 1 begins with the Monday on or after it.
    changes : StreetChanges
        Closures that count.

    Raises
    ------
    InputError
        The vans do not fit the study, or an input is missing.
    """
    for key in ("mode", "drive"):
        if (mode := getattr(vans, key)) not in study.modes:
            raise InputError(f"{key}: got {mode!r}, allowed are the modes of the study: {', '.join(study.modes)}")
    stations = read_inputs(project, study).stations
    network = changed_network(project.network, study.modes, changes, project.terrain, progress)
    roads = VanRoads.of(ModeTravel.open(study, vans.drive, network, stations), vans)
    stops = choose_stops(project, study, vans, roads, file, changes, progress)
    problem = _problem(vans, roads, stops)
    plan = plan_tours(problem, progress=progress)
    return _van_plan(study, vans, roads, stops, problem, plan, _monday(vans, day))


def _monday(vans: Vans, day: date) -> int:
    """Return the Monday of week 1, in days from 1 January 1970."""
    monday = vans.starts or day + timedelta(days=-day.weekday() % 7)
    return (monday - date(1970, 1, 1)).days


def _problem(vans: Vans, roads: VanRoads, stops: ChosenStops) -> TourProblem:
    people = np.array([site.pick.covered for site in stops.sites], float)
    service = service_minutes(people, vans.least_minutes, vans.minutes_per_person, vans.most_minutes)
    return TourProblem(
        drive=roads.matrix(stops.places),
        stay=service + vans.set_up_minutes,
        period=visit_periods(people, vans.every_weeks, vans.weekly_from, vans.fortnightly_from),
        people=people,
        vans=np.full(len(roads.bases), vans.vans),
        days=vans.days,
        day=vans.day_minutes,
    )


def _van_plan(
    study: Study, vans: Vans, roads: VanRoads, stops: ChosenStops, problem: TourProblem, plan: TourPlan, starts: int
) -> VanPlan:
    visited = sorted(v.stop for tour in plan.tours for v in tour.visits)
    sites = np.array([stops.sites[s].pick.site for s in visited], np.int64)
    new = stops.newly_reached(sites)
    before = stops.result.reached_before
    unsummed = VanPlan(
        service=vans.service,
        group=vans.group,
        stops=(*_stops(vans, stops, problem, plan, study.disclosure.hide_below), *_unvisitable(stops, problem)),
        tours=_tours(vans, roads, stops, problem, plan),
        cycle=plan.cycle,
        starts=starts,
        driving=plan.driving,
        bound=plan.bound,
        persons=stops.result.people,
        reached_before=before,
        reached_after=before + float(stops.near.weight[new].sum()),
        margin=np.nan if stops.margin is None else stops.margin(new, np.empty(0, np.int64)),
        summary=(),
    )
    return summary(unsummed, study, vans, stops.result)


def _tours(vans: Vans, roads: VanRoads, stops: ChosenStops, problem: TourProblem, plan: TourPlan) -> list[VanTour]:
    bases = roads.bases.select(["id", "name"]).to_pylist()
    places = [[t.base, *(problem.bases + v.stop for v in t.visits), t.base] for t in plan.tours]
    lines = shapely.to_wkb(np.array(roads.lines(stops.places, places), object))
    return [
        VanTour(
            id=f"{bases[tour.base]['id']}.{tour.van + 1}.{tour.weekday + 1}.{tour.week + 1}",
            base=str(bases[tour.base]["id"]),
            base_name=str(bases[tour.base]["name"]),
            van=tour.van + 1,
            weekday=tour.weekday + 1,
            week=tour.week + 1,
            period=tour.period,
            depart=vans.start_minute,
            back=vans.start_minute + tour.back,
            driving=tour.driving,
            stops=len(tour.visits),
            line=bytes(line),
        )
        for tour, line in zip(plan.tours, lines, strict=True)
    ]


def _visits(vans: Vans, plan: TourPlan) -> dict[int, Visit]:
    start, set_up = vans.start_minute, vans.set_up_minutes
    return {
        v.stop: Visit(number, order, v.driving, start + v.arrive, start + v.arrive + set_up, start + v.leave)
        for number, tour in enumerate(plan.tours)
        for order, v in enumerate(tour.visits, 1)
    }


def _stops(vans: Vans, stops: ChosenStops, problem: TourProblem, plan: TourPlan, hide_below: int | None) -> Sequence[VanStop]:
    visits = _visits(vans, plan)
    names = numbered_names([site.name for site in stops.sites], [site.area for site in stops.sites])
    status = dict.fromkeys(plan.too_far, TOO_FAR) | dict.fromkeys(plan.no_time, NO_TIME)
    return [
        VanStop(
            id=site.id,
            name=names[s],
            area=site.area.model_dump(),
            lon=site.lon,
            lat=site.lat,
            persons=site.pick.covered,
            margin=site.pick.margin,
            period=int(problem.period[s]),
            status=status.get(s, VISITED),
            reasons=reasons_against(status[s]) if s in status else reasons_for(site, hide_below),
            visit=visits.get(s),
        )
        for s, site in enumerate(stops.sites)
    ]


def _unvisitable(stops: ChosenStops, problem: TourProblem) -> Sequence[VanStop]:
    names = numbered_names([s.name or s.id for s in stops.unvisitable], [s.area for s in stops.unvisitable])
    return [
        VanStop(
            id=s.id,
            name=name,
            area=s.area.model_dump(),
            lon=s.lon,
            lat=s.lat,
            persons=s.persons,
            margin=s.margin,
            period=problem.cycle,
            status=s.status,
            reasons=reasons_against(s.status),
        )
        for s, name in zip(stops.unvisitable, names, strict=True)
    ]
