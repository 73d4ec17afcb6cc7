"""The geocoder of a project."""

from pathlib import Path
from typing import TYPE_CHECKING

from geoservice.progress import Progress

if TYPE_CHECKING:
    from geoservice.geocode.geocoder import Geocoder
    from geoservice.geocode.locator import ImportLocator
    from geoservice.project import Project
    from geoservice.study import Study

CHINA = "CN"


def geocoder_of(
    project: "Project", study: "Study", home: Path, country: str | None = None, scope: str | None = None
) -> "Geocoder":
    """Return the geocoder of a project.

    Parameters
    ----------
    project, study, home
    country
        ISO 3166 code; by default China for a study with Chinese division codes, else that of street-number addresses.
    scope
        Code of the area that all places are inside of; by default the study's only area of the highest level, if there is one.

    Raises
    ------
    NotFound
        The project has no gazetteer.
    """
    from geoservice.addresses.current import current_gazetteer
    from geoservice.geocode.fixes import private_folder, read_fixes
    from geoservice.geocode.geocoder import Geocoder

    folder = current_gazetteer(project.gazetteer).folder
    country = country or (CHINA if study.chinese else "")
    return Geocoder(folder, country, scope or _scope_of(project, study), read_fixes(private_folder(home)))


def _scope_of(project: "Project", study: "Study") -> str | None:
    """Return the code of the only area of the study's highest level; None if there are several."""
    areas = project.areas(study.as_of, study.code_system)
    level = areas.column("level").to_pylist()
    codes = [code for code, name in zip(areas.column("code").to_pylist(), level, strict=True) if name == study.levels[0]]
    return str(codes[0]) if len(codes) == 1 else None


def locator_of(project: "Project", study: "Study", home: Path, progress: Progress) -> "ImportLocator | None":
    """Return what finds the places of addresses in an import, None if the project has no gazetteer."""
    from geoservice.errors import NotFound
    from geoservice.geocode.fixes import private_folder
    from geoservice.geocode.locator import ImportLocator

    try:
        return ImportLocator(geocoder_of(project, study, home), private_folder(home), progress)
    except NotFound:
        return None
