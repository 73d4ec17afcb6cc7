"""Codes of areas in a file, in the code system of the study: those of another system are translated by a crosswalk."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from geoservice.crosswalk import REASON_LABELS, Crosswalk, make_crosswalk
from geoservice.errors import InputError
from geoservice.ingest.arrow_compute import Column, bools
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.report import Options
from geoservice.project import Project
from geoservice.schema import TableName
from geoservice.study import Study

WITH_CODES: tuple[TableName, ...] = ("uptake", "pyramids", "households")
"""Tables that cite areas by code."""


def is_translated(table: TableName, options: Options, areas: pa.Table) -> bool:
    """Return whether a file's codes of areas are of another system than ``areas``, those of the study.

    Raises
    ------
    InputError
        A code system is stated for a table without codes of areas.
    """
    if options.code_system is None or table == "areas":
        return False
    if table not in WITH_CODES:
        raise InputError(
            f"code_system: got {options.code_system!r} for {table}, allowed is one for areas, {', '.join(WITH_CODES)}, which "
            "have codes of areas"
        )
    return {options.code_system} != set(areas.column("code_system").to_pylist())


def study_crosswalk(project: Project, study: Study, options: Options, areas: pa.Table) -> Crosswalk:
    """Return the crosswalk from the system that the options state to that of ``areas``, those of the study."""
    return make_crosswalk(project.system_areas(study.as_of, options.code_system or ""), areas)


def area_codes(cells: ColumnValues, areas: pa.Table, crosswalk: Crosswalk | None) -> Column:
    """Return the codes of a file's column ``area`` in the system of the loaded areas, other rows are rejected."""
    codes = cells.code("area", required=True).combine_chunks()
    if crosswalk is None:
        _check_codes(cells, codes, areas)
        return codes
    encoded = codes.dictionary_encode()
    stated: list[str] = encoded.dictionary.to_pylist()
    index = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    translations = [crosswalk.translate(code) for code in stated]
    reject_untranslated(cells, "area", [reason for _, reason in translations], index, crosswalk)
    translated = pa.array([code for code, _ in translations], pa.string())
    return pa.DictionaryArray.from_arrays(encoded.indices, translated).cast(pa.string())


def reject_untranslated(
    cells: ColumnValues,
    column: str,
    obstacles: Sequence[str],
    index: "np.ndarray[tuple[int], np.dtype[np.integer]]",
    crosswalk: Crosswalk,
    *,
    private: bool = False,
) -> None:
    """Reject the rows of codes without a counterpart of their own.

    Parameters
    ----------
    obstacles
        Why each distinct code has none, empty for one that has; see :meth:`Crosswalk.translate`.
    index : integers, shape (n,)
        Position of each row's code among them, -1 for none.
    """
    bad = np.array([*map(bool, obstacles), False], bool)[index]
    reasons = [REASON_LABELS[obstacles[i]]["en"] for i in index[bad].tolist()]
    allowed = f"codes of {crosswalk.from_system} with exactly one counterpart in {crosswalk.to_system}"
    cells.reject(bad, column, reasons, allowed, private=private)


def _check_codes(cells: ColumnValues, codes: Column, areas: pa.Table) -> None:
    """Reject the rows whose code is not that of a loaded area; nothing if none is loaded."""
    loaded = pa.array(areas.column("code").to_pylist(), pa.string())
    if len(loaded):
        unknown = bools(pc.and_(codes.is_valid(), pc.invert(pc.is_in(codes, value_set=loaded))))
        cells.reject(unknown, "area", "no area of this code is loaded", "codes of loaded areas")
