"""Guided import into a project folder: templates to fill in, previews, the history of imports, and rolling back."""

from contextlib import closing
from dataclasses import fields
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from geoservice.api.audit import audit_action
from geoservice.api.options import ImportOptions, make_options
from geoservice.api.project_inputs import ProjectInputs
from geoservice.api.stores import project_exists, project_of, stores_of, study_of
from geoservice.errors import Conflict, InputError, NotFound, check_choice
from geoservice.progress import Progress, quiet

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from geoservice.api.project_inputs import Rows
    from geoservice.ingest import Report
    from geoservice.ingest.template import Language
    from geoservice.schema import TableName
    from geoservice.settings import Settings
    from geoservice.study import Study
    from geoservice.vintages import ImportEvent, VintageStore


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

    def history(self, table: "TableName | None" = None) -> "pd.DataFrame":
        """Return what happened to the sources, oldest first: loads with their files, rollbacks and deletions, one row each.

        ``is_current`` is whether the vintage of a load counts now. A register that belongs to another role is left out.
        """
        import pandas as pd

        from geoservice.vintages import ImportEvent

        return pd.DataFrame([vars(e) for e in self.import_events(table)], columns=[f.name for f in fields(ImportEvent)])

    def import_events(self, table: "TableName | None" = None) -> "list[ImportEvent]":
        """Return what :meth:`history` returns as a frame, as objects."""
        with stores_of(self.settings) as stores:
            return [event for store in stores if table is None or table in store.tables for event in store.history(table)]

    def rollback(self, table: "TableName", source: str | None = None) -> "ImportEvent":
        """Withdraw the current vintage of a source, so that what it replaced counts again, and return the event.

        Rows that were withdrawn stay until ``geoservice purge``. Releases and measurements stay as they are: publish again.

        Parameters
        ----------
        table
            Table of the source.
        source
            Its name; may be left out if the table has one source.

        Raises
        ------
        InputError
            There is no such table, the table has several sources, or the budget book is damaged.
        NotFound
            The source is not loaded, or nothing was loaded before.
        Conflict, DuplicateKeys
            What was loaded before is no longer stored, or cannot be current beside what was loaded since.
        """
        from geoservice.register.store import TABLES as PRIVATE
        from geoservice.schema import TABLES

        check_choice("table", table, TABLES, InputError)
        store: VintageStore = self._register if table in PRIVATE else self._inputs
        name = source or _only_source(table, [v.source.name for v in store.current(table)])
        with audit_action(self.settings, "import rollback", f"{table} {name}", self._channel) as results:
            event = store.rollback(table, name)
            results["withdrawn"] = event.number
        return event


def _only_source(table: str, names: list[str]) -> str:
    if len(names) > 1:
        raise InputError(f"{table}: several sources are loaded, name one of {', '.join(names)}")
    if not names:
        raise NotFound(f"{table}: nothing is loaded")
    return names[0]


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
        return study, project.areas_of(study.code_system)
