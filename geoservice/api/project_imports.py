"""Guided import into a project folder: templates to fill in, previews, the history of imports, and rolling back."""

from contextlib import closing
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from geoservice.api.options import ImportOptions, make_options
from geoservice.api.project_inputs import ProjectInputs
from geoservice.api.stores import project_exists, project_of, study_of
from geoservice.errors import Conflict
from geoservice.progress import Progress, quiet

if TYPE_CHECKING:
    import pyarrow as pa

    from geoservice.api.project_inputs import Rows
    from geoservice.ingest import Report
    from geoservice.ingest.template import Language
    from geoservice.schema import TableName
    from geoservice.settings import Settings
    from geoservice.study import Study


class ProjectImports(ProjectInputs):
    """A project folder with guided imports."""

    def template(self, kind: str, language: "Language" = "zh", out: str | PathLike[str] | None = None) -> Path:
        """Write a workbook to fill in for a kind of table and return its path.

        Its first sheet has headers that the import recognises, with the groups of the study; the second one says what each
        column means.

        Parameters
        ----------
        kind
            A table such as ``"stations"``, ``"candidates"``, or a table of the gazetteer such as ``"places"``.
        language
            Of headers and texts.
        out
            The file, by default ``<kind>.xlsx`` in the current folder.

        Raises
        ------
        ParameterError
            There is no such kind.
        Conflict
            The file exists; a template that was filled in is never overwritten.
        """
        return write_import_template(self.settings, kind, language, None if out is None else Path(out))

    def preview(
        self,
        table: "TableName",
        rows: "Rows",
        *,
        name: str | None = None,
        progress: Progress = quiet,
        **options: Unpack[ImportOptions],
    ) -> "Report":
        """Return what an import would do, without doing it; the ``preview`` of the report has the mapping and the first rows.

        A file that would be refused is no error: the report has its ``refusal``.

        Parameters
        ----------
        table
            The table to import, such as ``"stations"``.
        rows, name, progress, **options
            As for the imports, :meth:`import_stations` and others.

        Raises
        ------
        InputError
            The file cannot be read as a table.
        """
        return self.load(table, rows, make_options({**options, "preview": True}), name, progress)


def write_import_template(settings: "Settings", kind: str, language: "Language", out: Path | None = None) -> Path:
    """Write the template of a kind, with groups and examples of the project if there is one, and return its path."""
    from geoservice.ingest.template import template
    from geoservice.ingest.template_workbook import write_template

    study, areas = _study_and_areas(settings)
    columns = template(kind, language, study, areas)
    path = Path(f"{kind}.xlsx") if out is None else out
    if path.exists():
        raise Conflict(f"{path.name} exists already, and it may be filled in; name another file with --out")
    write_template(columns, language, path)
    return path


def _study_and_areas(settings: "Settings") -> "tuple[Study | None, pa.Table | None]":
    """Return the study and the areas of the project, None for what there is not."""
    if not (settings.home / "study.toml").exists():
        return None, None
    study = study_of(settings)
    if not project_exists(settings):
        return study, None
    with closing(project_of(settings)) as project:
        return study, project.read_as_of("areas", study.as_of)
