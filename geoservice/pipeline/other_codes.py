"""The codes that areas of a study have in other code systems, as columns of their table and properties of layers."""

import re
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from geoservice.crosswalk import Crosswalk, make_crosswalk
from geoservice.layer import Label, Layer, LayerColumn
from geoservice.pipeline.inputs import Inputs
from geoservice.project import Project
from geoservice.project.store import systems_of
from geoservice.study import Study

SYSTEM = b"code_system"
"""Metadata of a column with the codes of another system: the name of the system."""


def add_other_codes(inputs: Inputs, project: Project, study: Study) -> Inputs:
    """Return inputs whose areas have a column for each other code system that is loaded; unchanged if there is none.

    The column has the code of the area's counterpart, null unless the two are the same place.
    """
    areas, notes = inputs.areas, inputs.notes
    loaded = project.read_as_of("areas", study.as_of)
    for system in sorted({*systems_of(loaded)} - {*systems_of(areas)}):
        others = loaded.filter(pc.equal(loaded.column("code_system"), pa.scalar(system)))
        crosswalk = make_crosswalk(inputs.areas, others)
        field = pa.field(_property(system, areas.column_names), pa.string(), metadata={SYSTEM: system.encode()})
        codes = [crosswalk.counterparts.get(str(code)) for code in areas.column("code").to_pylist()]
        areas = areas.append_column(field, pa.array(codes, pa.string()))
        notes = (*notes, _note(crosswalk, field.name))
    return inputs._replace(areas=areas, notes=notes)


def _property(system: str, taken: Iterable[str]) -> str:
    """Return the name of the property with the codes of a system.

    >>> _property("MCA-2026", []), _property("民政2026", ["code_2026"]), _property("民政", [])
    ('code_mca_2026', 'code_2026_2', 'code_other')
    """
    name = base = f"code_{re.sub('[^a-z0-9]+', '_', system.lower()).strip('_')[:40] or 'other'}"
    number = 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _note(crosswalk: Crosswalk, name: str) -> Label:
    areas, found, system = (
        len(set(crosswalk.rows.column("from_code").to_pylist())),
        len(crosswalk.counterparts),
        crosswalk.to_system,
    )
    return Label(
        zh=f"代码表{system}的区域不计入；各区域在该表中的代码见属性{name}，{areas}个区域中{found}个有唯一对应。",
        en=f"Areas of the code system {system} are not counted; the property {name} has the code of each area in it, for the "
        f"{found} of {areas} that are the same place in both.",
    )


def other_systems(table: pa.Table) -> dict[str, str]:
    """Return the columns of a table with codes of other systems, and the names of these systems."""
    metadata = {field.name: field.metadata or {} for field in table.schema}
    return {name: value[SYSTEM].decode() for name, value in metadata.items() if SYSTEM in value}


def with_code_columns(layer: Layer, units: Iterable[pa.Table]) -> Layer:
    """Return a layer with the codes that its units have in other systems, as further text properties."""
    systems = {name: system for table in units for name, system in other_systems(table).items()}
    stated = {column.name for column in layer.columns}
    columns = [_column(name, system) for name, system in systems.items() if name not in stated]
    return layer.model_copy(update={"columns": (*layer.columns, *columns)}) if columns else layer


def _column(name: str, system: str) -> LayerColumn:
    return LayerColumn(name=name, title=Label(zh=f"区域代码（{system}）", en=f"Code in {system}"), type="text")
