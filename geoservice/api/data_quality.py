"""The steward's data quality report: made from the register, written into a private folder beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from geoservice.api.measurement import places_of
from geoservice.durable import atomic_write
from geoservice.errors import InputError
from geoservice.progress import Progress

if TYPE_CHECKING:
    from geoservice.disclosure.data_quality import Language, QualityReport, Surroundings
    from geoservice.project import Project
    from geoservice.register import Register
    from geoservice.settings import Settings
    from geoservice.study import Study

FILES = ("quality.txt", "quality.xlsx", "quality.html")
PUBLIC_MARKS = ("manifest.json", "layers.duckdb", "project.duckdb", "index.html")
"""Files of a release, of a project's public inputs, and of a folder that a web server shows."""
READING, WRITING = "reading the register", "writing the workbook"


def register_quality(register: "Register", project: "Project", study: "Study", progress: Progress) -> "QualityReport":
    """Return the report of the register's current rows; raises :class:`InputError` if there are none."""
    from geoservice.disclosure.data_quality import data_quality

    progress(READING, 0.0)
    households = register.read("households")
    around = _surroundings(project, study, register.day_of("households", study.as_of), register.day_of("households", None))
    progress(READING, 1.0)
    return data_quality(households, around, progress)


def _surroundings(project: "Project", study: "Study", day: date, loaded: date) -> "Surroundings":
    from geoservice.disclosure.data_quality import Bilingual, Surroundings
    from geoservice.ingest.divisions import is_division

    return Surroundings(
        areas=project.areas(study.as_of, study.code_system),
        day=day,
        loaded=loaded,
        chinese=study.chinese,
        is_known_code=is_division if study.chinese else lambda _code: False,
        places=places_of(project),
        population=project.read_as_of("population", study.as_of),
        group_titles={group.id: Bilingual(group.title.zh, group.title.en) for group in study.groups},
    )


def write_quality(
    report: "QualityReport", folder: Path, settings: "Settings", language: "Language", progress: Progress
) -> list[Path]:
    """Write a report as text, workbook and HTML, readable by their owner alone, and return the paths.

    Raises
    ------
    InputError
        The folder is public or open to others, see :func:`check_private`.
    """
    from geoservice.disclosure.data_quality.page import report_page
    from geoservice.disclosure.data_quality.text_tables import write_text
    from geoservice.disclosure.data_quality.workbook import write_workbook

    check_private(folder, settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    text, workbook, page = (folder / name for name in FILES)
    with _private_file(text) as file:
        write_text(report, language, file)
    with _private_file(page) as file:
        file.write(report_page(report, language))
    with _private_file(workbook, binary=True) as file:
        write_workbook(report, language, file, lambda fraction: progress(WRITING, fraction))
    progress(WRITING, 1.0)
    return [text, workbook, page]


@contextmanager
def _private_file(path: Path, *, binary: bool = False) -> Iterator[IO[Any]]:
    with atomic_write(path) as temporary:
        temporary.touch(mode=0o600)
        with temporary.open("wb" if binary else "w", encoding=None if binary else "utf-8") as file:
            yield file


def check_private(folder: Path, settings: "Settings") -> None:
    """Raise :class:`InputError` if a folder is, or lies in, one that others can read or that a server shows.

    These are the project's public inputs and releases, any other release or project, a folder of web pages, and an existing
    folder that is open to others.
    """
    place = folder.resolve()
    public = [*(settings.home / name for name in ("project", "releases", "layers")), Path(__file__).parents[1]]
    allowed = "allowed is a folder of its own, by default quality in the register's folder"
    for parent in (place, *place.parents):
        marks = [mark for mark in PUBLIC_MARKS if (parent / mark).exists()]
        if marks or any(parent == path.resolve() for path in public):
            reason = f"it has {marks[0]}" if marks else "it holds what is public"
            raise InputError(f"--out: got {folder}, which is in {parent}, and {reason}; the report has exact counts: {allowed}")
    if place.exists() and (not place.is_dir() or place.stat().st_mode & 0o077):
        raise InputError(f"--out: got {folder}, which others can read, or which is a file; {allowed}, or one with mode 0700")
