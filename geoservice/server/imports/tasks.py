"""The tasks of import jobs: which command a job runs, and what becomes of its upload."""

from collections.abc import Callable
from dataclasses import dataclass

import orjson
from anyio import to_thread

from geoservice.server.imports.command import Command, Watch
from geoservice.server.imports.processes import (
    COMMIT,
    HISTORY,
    IMPORT_PROCESSES,
    PREVIEW,
    ROLLBACK,
    ImportHistoryInputs,
    ImportPreviewInputs,
    ImportRollbackInputs,
)
from geoservice.server.imports.uploads import Upload, Uploads
from geoservice.server.processes.jobs.record import JobRecord
from geoservice.settings import Settings

LOADED = ("loaded", "already_loaded")
"""Statuses of a document after which the upload is deleted."""
MORE_S = 120.0
"""Seconds beside those of the reader of a file, for checking and writing."""


@dataclass(frozen=True)
class ImportTask:
    """The command of a job; its upload is deleted once it is loaded, if there is one to delete."""

    command: Command
    uploads: Uploads
    upload: Upload | None = None

    async def run_child(self, watch: Watch) -> bytes:
        """Run the command and return its document, with the upload's name in place of its path."""
        document = await self.command.run(watch)
        if self.upload is not None and document.get("status") in LOADED:
            await to_thread.run_sync(self.uploads.delete, self.upload)
        return orjson.dumps(document)


def import_tasks(settings: Settings, uploads: Uploads) -> dict[str, Callable[[JobRecord], ImportTask]]:
    """Return the tasks of import jobs by process; none where imports are off."""
    if settings.steward_project is None:
        return {}
    project, secrets = settings.steward_project.resolve(), settings.steward_secrets

    def task(record: JobRecord) -> ImportTask:
        inputs = IMPORT_PROCESSES[record.process].inputs.model_validate_json(record.question)
        upload = uploads.get(inputs.upload, record.owner) if isinstance(inputs, ImportPreviewInputs) else None
        words = ("import", *_words(record.process, inputs, "" if upload is None else str(uploads.path(upload))))
        command = Command(words, project, secrets, settings.import_seconds + MORE_S, settings.import_memory_mb)
        return ImportTask(command, uploads, upload if record.process == COMMIT.id else None)

    return dict.fromkeys(IMPORT_PROCESSES, task)


def _words(process: str, inputs: object, path: str) -> list[str]:
    if isinstance(inputs, ImportPreviewInputs):
        preview = ["--preview"] if process == PREVIEW.id else []
        return [inputs.table, "--json", *preview, *inputs.words(), "--", path]
    if isinstance(inputs, ImportRollbackInputs):
        return [ROLLBACK.id.removeprefix("import-"), "--json", "--", inputs.table, *([inputs.source] if inputs.source else [])]
    assert isinstance(inputs, ImportHistoryInputs)
    return [HISTORY.id.removeprefix("import-"), "--json", "--", *([inputs.table] if inputs.table else [])]
