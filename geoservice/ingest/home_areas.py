"""Where households are registered: codes or names of areas, and what is odd about them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.areas import CHINESE_DIGITS, migrant_class, significant_digits
from geoservice.ingest.arrow_compute import Column
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.divisions import division_of, is_division
from geoservice.ingest.table_builder import text_of

NAME = "registered_area"
_CODE = r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,31}$"


def registered_areas(cells: ColumnValues, areas: pa.Table, here: Column, *, chinese: bool) -> Column:
    """Return codes of home areas, null where none is stated.

    A name stands for the one loaded area that bears it, or for a division of China. Notes tell how many codes no table knows,
    how many state a wider area than a township, and that more than half of the households are migrants.

    Parameters
    ----------
    cells, areas
        The file, and the areas loaded.
    here : Arrow strings, shape (n,)
        Code of the area that each household lives in.
    chinese : bool
        Whether codes are those of Chinese divisions.
    """
    text = cells.code(NAME).combine_chunks().dictionary_encode()
    words: list[str] = text.dictionary.to_pylist()
    coded = pc.match_substring_regex(text.dictionary, _CODE).to_pylist()
    named = _names_of(areas)
    codes = [w if ok else named.get(w) or (division_of(w) if chinese else None) for w, ok in zip(words, coded, strict=True)]
    at = text.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    lost = np.array([*(c is None for c in codes), False], bool)[at]
    allowed = "an area code, or a name that one loaded area alone bears" + (
        " or that names a division of China" if chinese else ""
    )
    cells.refuse(lost, NAME, "no area code", allowed, private=True)
    homes = pa.DictionaryArray.from_arrays(text.indices, text_of(codes)).cast(pa.string())
    if cells.has(NAME):
        _note_codes(cells, areas, codes, at, chinese=chinese)
        _note_migrants(cells, homes, here, areas, chinese=chinese)
    return homes


def _names_of(areas: pa.Table) -> Mapping[str, str]:
    names = areas.select(["name_zh", "code"]).to_pandas().drop_duplicates("name_zh", keep=False)
    return dict(zip(names["name_zh"], names["code"], strict=True))


def _note_codes(cells: ColumnValues, areas: pa.Table, codes: list[str | None], at: Any, *, chinese: bool) -> None:
    """Note codes that no table knows, and those of areas wider than a township."""
    loaded = {c for code in map(str, areas.column("code").to_pylist()) for c in (code, significant_digits(code))}
    known = [c is None or c in loaded or (chinese and is_division(c)) for c in codes]
    wide = [
        c is not None and chinese and ok and len(significant_digits(c)) < CHINESE_DIGITS["township"]
        for c, ok in zip(codes, known, strict=True)
    ]
    column = f"column {cells.mapping[NAME]}"
    strange, coarse = (int(np.array([*flags, False], bool)[at].sum()) for flags in ([not ok for ok in known], wide))
    if strange:
        cells.notes.append(f"{column}: {strange} codes are of no area that is known; their households count as migrants")
    if coarse:
        cells.notes.append(
            f"{column}: {coarse} codes state a county or a wider area; each is compared at its own level, so a household "
            "registered somewhere in the county that it lives in is a resident"
        )


def _note_migrants(cells: ColumnValues, homes: Column, here: Column, areas: pa.Table, *, chinese: bool) -> None:
    rows = areas.select(["code", "level", "parent"]).to_pylist()
    levels, parents = ({r["code"]: r[name] for r in rows} for name in ("level", "parent"))
    good = pa.array(~cells.faults.bad)
    classes = migrant_class(homes.filter(good), here.filter(good), chinese=chinese, levels=levels, parents=parents)
    if len(classes) and (share := float((classes > 0).mean())) > 0.5:
        cells.notes.append(
            f"column {cells.mapping[NAME]}: {share:.0%} of the households are registered elsewhere; is this the column of home "
            "areas, and are its codes those of the areas loaded?"
        )
