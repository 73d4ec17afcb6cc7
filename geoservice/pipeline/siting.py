"""Siting on a project: its arrays, as a release of it would have them."""

from geoservice.errors import InputError
from geoservice.live.files import area_table
from geoservice.network.variants import StreetChanges, changed_network
from geoservice.pipeline.context import UNCHANGED
from geoservice.pipeline.public_places import read_places
from geoservice.pipeline.study_surface import study_surface
from geoservice.progress import Progress
from geoservice.project import Project
from geoservice.siting.arrays import SitingParameters, StudyArrays
from geoservice.siting.candidates import Candidates
from geoservice.siting.request import SitingRequest
from geoservice.siting.result import SitingResult
from geoservice.siting.run import choose_sites
from geoservice.study import Study


def choose_sites_of_project(
    project: Project,
    study: Study,
    request: SitingRequest,
    candidates: Candidates | None,
    progress: Progress,
    changes: StreetChanges = UNCHANGED,
) -> SitingResult:
    """Return the best sites, as :func:`geoservice.siting.run.choose_sites` does; closures and hazards of ``changes`` count.

    Raises :class:`InputError` if an input is missing, and what that function and :func:`changed_network` raise.
    """
    parameters = siting_parameters(study)
    request = request.checked(parameters)
    return choose_sites(study_arrays(project, study, changes, progress), parameters, request, candidates, progress)


def siting_parameters(study: Study) -> SitingParameters:
    """Return the settings that siting needs."""
    return SitingParameters.of_study(study.model_dump(mode="json"))


def study_arrays(project: Project, study: Study, changes: StreetChanges, progress: Progress) -> StudyArrays:
    """Return the public inputs of a project; raises :class:`InputError` if areas or people are missing."""
    progress("reading", 0.0)
    areas = project.areas(study.as_of, study.code_system)
    if not areas.num_rows:
        raise InputError("areas: none are loaded; load them with: geoservice import areas FILE")
    places = read_places(areas, study.levels)
    surface = study_surface(project, study, places).surface
    stations = project.read("stations").sort_by("id")
    stations = stations.filter(stations.column("active"))
    progress("reading", 1.0)
    network = changed_network(project.network, study.modes, changes, project.terrain, progress)
    levels = {level: units.table for level, units in places.areas.items()}
    return StudyArrays(surface, area_table(levels), stations.to_pylist(), network)
