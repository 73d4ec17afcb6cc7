"""The size limit of a tile, and the rule for tiles with more features: none is left out silently."""

from typing import Any

BYTES = 500_000
"""Bytes of an uncompressed tile. Compressed that is about 150 KB, a second at 1 Mbit/s, and a phone draws it without a pause;
tippecanoe has the same limit. A full grid of 128 x 128 aggregated points is 300 KB."""
MIN_FEATURE_BYTES = 16
"""Minimum bytes of an encoded feature: its id, its geometry type and one point, without properties."""
FEATURES = BYTES // MIN_FEATURE_BYTES
"""More features than this never fit: they are counted, not encoded."""
GRIDS = (256, 128, 64, 32, 16)
"""Cells along a tile's side, tried in this order; the finest cell is 16 units of the tile's grid wide."""
AGGREGATE = "aggregate"
"""The ``geography`` of an aggregated feature."""
COUNT = "features"
"""The property with the number of features in an aggregate."""

_ZH = (
    "每个瓦片解压后不超过 {bytes} 字节。要素超出时，未筛选的瓦片改用该图层上一级较粗的地理单元；没有更粗一级或带筛选条件时，"
    "按网格合并（每边 256、128、64……格，直到放得下）：每格一个要素，geography 为 aggregate，features 是其中的要素个数，"
    "不带指标值，因为比例、时间与误差范围不可相加。不会悄悄丢弃要素。"
)
_EN = (
    "No tile is larger than {bytes} bytes uncompressed. If its features need more, a tile without a filter shows the layer's "
    "next coarser geography; if there is none, or there is a filter, features are aggregated on a grid (256, 128, 64, ... "
    "cells per side, until it fits): one feature per cell, with geography 'aggregate' and features = their number, without "
    "measures, because shares, times and margins do not add up. No feature is left out silently."
)


def budget_metadata() -> dict[str, Any]:
    """Return the budget for a tileset's metadata: ``bytes``, ``features``, ``grids`` and the ``rule`` in both languages."""
    rule = {"zh": _ZH.format(bytes=BYTES), "en": _EN.format(bytes=BYTES)}
    return {"bytes": BYTES, "features": FEATURES, "grids": list(GRIDS), "rule": rule}
