"""The import processes: their inputs, titles, and the words of the command that each runs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from geoservice.server.processes.registry import Process

Table = Literal["areas", "stations", "households", "uptake", "population", "pyramids"]
UPLOAD_ID = r"^[A-Za-z0-9_-]{32}$"
Text = Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f]*$")]


class ImportInputs(BaseModel):
    """Inputs of an import process."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @property
    def targets(self) -> tuple[Table, ...]:
        """Return the table that a call is about, for the audit log; empty for all."""
        table: Table | None = getattr(self, "table", None)
        return (table,) if table else ()


class ImportPreviewInputs(ImportInputs):
    """What is imported and how; the options are those of ``geoservice import``."""

    upload: str = Field(pattern=UPLOAD_ID, description="id of an uploaded file")
    table: Table
    crs: Text | None = Field(None, description="EPSG:<n>, gcj02 or bd09; by default as the file states, or WGS 84")
    mapping: dict[Text, Text] = Field({}, max_length=100, description="column of the table: header of the file, empty for none")
    drop: tuple[Text, ...] = Field((), max_length=100, description="headers to leave out")
    replaces: tuple[Text, ...] = Field((), max_length=20, description="loaded sources that the file replaces")
    layer: Text | None = Field(None, description="sheet of a workbook, or layer of a file")
    header_row: int | None = Field(None, ge=1, le=1000, description="row of the header, from 1; by default detected")
    level: Text | None = Field(None, description="area level, when the file has no such column")
    code_system: Text | None = Field(
        None, description="code table of areas, or of codes of areas that are translated into the study's, the default"
    )
    tier: Text | None = Field(None, description="station tier, when the file has no such column")
    trust_crs: bool = Field(False, description="load coordinates as read, even if the stated areas show another reading")

    def words(self) -> list[str]:
        """Return the words of the command after ``import TABLE FILE``."""
        single = {
            "--crs": self.crs, "--sheet": self.layer, "--header-row": self.header_row, "--level": self.level,
            "--code-system": self.code_system, "--tier": self.tier,
        }  # fmt: skip
        words = [f"{option}={value}" for option, value in single.items() if value is not None]
        words += [f"--map={column}={header}" for column, header in self.mapping.items()]
        words += [f"--drop={header}" for header in self.drop] + [f"--replace={source}" for source in self.replaces]
        return [*words, *(["--trust-crs"] if self.trust_crs else [])]


class ImportCommitInputs(ImportPreviewInputs):
    """What is imported and how."""

    accept_partial: bool = Field(False, description="load the valid rows even if others are rejected")

    def words(self) -> list[str]:
        """Return the words of the command after ``import TABLE FILE``."""
        return [*super().words(), *(["--accept-partial"] if self.accept_partial else [])]


class ImportRollbackInputs(ImportInputs):
    """The source whose current vintage is withdrawn."""

    table: Table
    source: Text | None = Field(None, description="name of the source; may be left out if the table has one")


class ImportHistoryInputs(ImportInputs):
    """The table whose history is listed, by default all."""

    table: Table | None = None


PREVIEW = Process(
    "import-preview",
    {"zh": "导入预览", "en": "Preview of an import"},
    {
        "zh": "检查已上传的文件而不导入：工作表、编码、坐标系、列的对应及原因、前几行与其中的错误。"
        "登记数据只给出行号、列名和原因，不给出值。",
        "en": "What an import of an uploaded file would do: sheet, encoding, coordinates, which header goes to which column "
        "and why, the first rows with their errors. Of a register: row numbers, columns and reasons, no values.",
    },
    ImportPreviewInputs,
    is_long=True,
    layer=None,
)
COMMIT = Process(
    "import-commit",
    {"zh": "导入", "en": "Import"},
    {
        "zh": "将已上传的文件导入项目或登记库：全部导入，或者不导入。导入后删除上传的文件。",
        "en": "Load an uploaded file into the project or the register, all of it or nothing; the upload is deleted then.",
    },
    ImportCommitInputs,
    is_long=True,
    layer=None,
)
ROLLBACK = Process(
    "import-rollback",
    {"zh": "撤回导入", "en": "Roll an import back"},
    {
        "zh": "撤回一个数据来源的当前批次，使其之前的批次重新生效。已发布的结果和隐私预算不变。",
        "en": "Withdraw the current vintage of a source, so that what it replaced is current again. Releases and the privacy "
        "budget are unchanged.",
    },
    ImportRollbackInputs,
    is_long=True,
    layer=None,
)
HISTORY = Process(
    "import-history",
    {"zh": "导入记录", "en": "History of imports"},
    {
        "zh": "何时从哪个文件（附 SHA-256）导入了多少行，哪个批次当前有效，撤回了哪些。",
        "en": "What was imported when, from which file with its SHA-256, which vintage is current, and what was rolled back.",
    },
    ImportHistoryInputs,
    is_long=True,
    layer=None,
)
IMPORT_PROCESSES: Mapping[str, Process] = MappingProxyType({p.id: p for p in (PREVIEW, COMMIT, ROLLBACK, HISTORY)})
