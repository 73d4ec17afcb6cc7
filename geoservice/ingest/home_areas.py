"""Areas where households are registered, by code or name, with notes on implausible ones."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from geoservice.areas import CHINESE_DIGITS, migrant_class, significant_digits
from geoservice.crosswalk import UNKNOWN, Crosswalk
from geoservice.ingest.area_codes import reject_untranslated
from geoservice.ingest.arrow_compute import Column
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.divisions import division_of, is_division
from geoservice.ingest.table_builder import text_of

NAME = "registered_area"
_CODE = r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,31}$"


def registered_areas(
    cells: ColumnValues, areas: pa.Table, residence: Column, crosswalk: Crosswalk | None = None, *, chinese: bool
) -> Column:
    """Return codes of home areas, null where missing.

    A name stands for the only loaded area of that name, or for a division of China. Notes report unknown codes, codes of areas
    wider than a township, and a share of migrants above one half.

    Parameters
    ----------
    cells, areas
        The columns of the file, and the loaded areas.
    residence : Arrow strings, shape (n,)
        Code of the area that each household lives in.
    crosswalk
        Translates codes of another system; those of areas that are not in it, elsewhere in the country, stay as they are.
    chinese : bool
        Whether codes are those of Chinese divisions.
    """
    text = cells.code(NAME).combine_chunks().dictionary_encode()
    texts: list[str] = text.dictionary.to_pylist()
    is_code = pc.match_substring_regex(text.dictionary, _CODE).to_pylist()
    code_by_name = _codes_by_name(areas)
    codes = [
        t if ok else code_by_name.get(t) or (division_of(t) if chinese else None) for t, ok in zip(texts, is_code, strict=True)
    ]
    index = text.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    if crosswalk is not None:
        codes = _translated(cells, texts, is_code, codes, index, crosswalk)
    unknown = np.array([*(c is None for c in codes), False], bool)[index]
    allowed = "an area code, or the name of exactly one loaded area" + (" or of a division of China" if chinese else "")
    cells.reject(unknown, NAME, "no area code", allowed, private=True)
    homes = pa.DictionaryArray.from_arrays(text.indices, text_of(codes)).cast(pa.string())
    if cells.has(NAME):
        _note_codes(cells, areas, codes, index, chinese=chinese)
        _note_migrants(cells, homes, residence, areas, chinese=chinese)
    return homes


def _translated(
    cells: ColumnValues,
    texts: list[str],
    is_code: list[bool],
    codes: list[str | None],
    index: Any,
    crosswalk: Crosswalk,
) -> list[str | None]:
    """Return the codes of home areas, those that a crosswalk has in the system of the study; rejects those without counterpart.

    Codes that it does not have, of places elsewhere, and those of names are returned as they are.
    """
    pairs = [crosswalk.translate(text) if ok else (None, UNKNOWN) for text, ok in zip(texts, is_code, strict=True)]
    reject_untranslated(cells, NAME, ["" if r == UNKNOWN else r for _, r in pairs], index, crosswalk, private=True)
    return [code if found is None else found for code, (found, _) in zip(codes, pairs, strict=True)]


def _codes_by_name(areas: pa.Table) -> Mapping[str, str]:
    names = areas.select(["name_zh", "code"]).to_pandas().drop_duplicates("name_zh", keep=False)
    return dict(zip(names["name_zh"], names["code"], strict=True))


def _note_codes(cells: ColumnValues, areas: pa.Table, codes: list[str | None], index: Any, *, chinese: bool) -> None:
    """Note unknown codes and codes of areas wider than a township."""
    loaded = {c for code in map(str, areas.column("code").to_pylist()) for c in (code, significant_digits(code))}
    known = [c is None or c in loaded or (chinese and is_division(c)) for c in codes]
    wide = [
        c is not None and chinese and ok and len(significant_digits(c)) < CHINESE_DIGITS["township"]
        for c, ok in zip(codes, known, strict=True)
    ]
    column = f"column {cells.mapping[NAME]}"
    unknown, coarse = (int(np.array([*flags, False], bool)[index].sum()) for flags in ([not ok for ok in known], wide))
    if unknown:
        cells.notes.append(f"{column}: {unknown} codes belong to no known area; their households count as migrants")
    if coarse:
        cells.notes.append(
            f"{column}: {coarse} codes name a county or a wider area; each is compared at its own level, so a household "
            "registered in the county where it lives is a resident"
        )


def _note_migrants(cells: ColumnValues, homes: Column, residence: Column, areas: pa.Table, *, chinese: bool) -> None:
    rows = areas.select(["code", "level", "parent"]).to_pylist()
    levels, parents = ({r["code"]: r[name] for r in rows} for name in ("level", "parent"))
    good = pa.array(~cells.rejects.bad)
    classes = migrant_class(homes.filter(good), residence.filter(good), chinese=chinese, levels=levels, parents=parents)
    if len(classes) and (share := float((classes > 0).mean())) > 0.5:
        cells.notes.append(
            f"column {cells.mapping[NAME]}: {share:.0%} of the households are registered elsewhere; is this the right column, "
            "and do its codes match those of the loaded areas?"
        )
