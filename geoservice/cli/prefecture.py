"""The demo of a prefecture: counties that keep their registers apart, and a region that is published from their surfaces."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from geoservice.cli.common import progress_bar
from geoservice.errors import InputError

if TYPE_CHECKING:
    from geoservice.api.counties import CountyJob
    from geoservice.demo.plan import Table
    from geoservice.settings import Settings

PUBLIC: "tuple[Table, ...]" = ("areas", "network", "stations", "uptake", "pyramids")
OF_COUNTY: "tuple[Table, ...]" = ("areas", "network", "households")
SURFACES = "surfaces"


def load_prefecture(settings: "Settings", households: int, seed: int, counties: int) -> None:
    """Write the demo, measure each county in its folder, and load the region's public tables and the surfaces."""
    from geoservice.api.counties import load_all, measure_counties, take_surfaces
    from geoservice.api.project import ProjectFolder
    from geoservice.demo import import_plan, write_anqing

    if settings.dsn is not None:
        raise InputError("demo anqing: got GEOSERVICE_DSN, but each county has a folder of its own; unset it")
    home = settings.home
    with progress_bar() as progress:
        jobs = _jobs(home, write_anqing(home, households, seed, counties, progress))
        keys = measure_counties(jobs, min(len(jobs), len(os.sched_getaffinity(0))), progress)
        with ProjectFolder(settings) as region:
            load_all(region, import_plan(home, PUBLIC), progress)
            take_surfaces(region, jobs, keys)
            region.gazetteer.build(progress)


def _jobs(home: Path, folders: list[Path]) -> "list[CountyJob]":
    from geoservice.api.counties import CountyJob
    from geoservice.demo import import_plan
    from geoservice.divisions import divisions

    (surfaces := home / SURFACES).mkdir(exist_ok=True)
    return [
        CountyJob(f.name, divisions()[f.name].name, f, import_plan(f, OF_COUNTY), surfaces / f"{f.name}.surface")
        for f in folders
    ]
