"""The county of each feature of a release, and of each row of the release table."""

from collections.abc import Callable, Collection, Iterable
from typing import Any

import pandas as pd
import pyarrow as pa

from geoservice.release.areas import codes

LEVEL = "county"
Column = Any  # an Arrow array or chunked array


def county_codes(table: pa.Table, units: Iterable[pa.Table], is_county: Callable[[str], bool]) -> set[str]:
    """Return the codes of counties: units of this level in the release table, and other codes of areas that tell it themselves.

    Parameters
    ----------
    table
        The release table.
    units
        Units of the layers, as :data:`geoservice.release.base.UNIT_AREAS`.
    is_county
        Whether a code is that of a county, in a code system whose codes tell their level.
    """
    frame = table.select(["geography", "unit"]).to_pandas()
    stated = frame.loc[frame["geography"] == LEVEL, "unit"].unique().tolist()
    paths = {path for part in units for path in part["area"].unique().to_pylist() if path}
    return {*stated, *(code for path in paths for code in codes(path) if is_county(code))}


class Counties:
    """Finds the counties with these codes in the paths of areas."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = frozenset(known)

    def of_paths(self, paths: Column) -> Column:
        """Return the county in each path, null for a path above counties and for none.

        >>> Counties(["4209"]).of_paths(pa.array(["/42/4209/420981/", "/42/", None])).to_pylist()
        ['4209', None, None]
        """
        distinct = (
            paths.combine_chunks().dictionary_encode() if isinstance(paths, pa.ChunkedArray) else paths.dictionary_encode()
        )
        counties = [self._of(str(text)) for text in distinct.dictionary.to_pylist()]
        return pa.array(counties, pa.string()).take(distinct.indices)

    def _of(self, path: str) -> str | None:
        return next((code for code in codes(path) if code in self._known), None)

    def of_rows(self, table: pa.Table, units: Iterable[pa.Table]) -> Column:
        """Return the county of each row of the release table by the units of the layers, null for units in no one county."""
        placed = pa.concat_tables(units).group_by(["geography", "unit"], use_threads=False).aggregate([("area", "max")])
        index = pd.MultiIndex.from_arrays([placed["geography"].to_numpy(), placed["unit"].to_numpy()])
        rows = pd.MultiIndex.from_arrays([table["geography"].to_numpy(), table["unit"].to_numpy()])
        at = index.get_indexer(rows)
        return self.of_paths(placed["area_max"]).take(pa.array(at, mask=at < 0))
