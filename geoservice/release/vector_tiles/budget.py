"""How big a tile may be, and what it shows when its features are more than that: never a cut in silence."""

from typing import Any

BYTES = 500_000
"""Bytes of a tile, unpacked. Packed that is about 150 KB, a second on a 1 Mbit/s line, and what a phone draws without a
pause; the browsers' makers ask for the same limit. A whole grid of 128 x 128 aggregated points is 300 KB."""
LEAST = 16
"""Bytes that a feature takes at the least: its number, its kind and one point, without properties."""
FEATURES = BYTES // LEAST
"""More features than this do not fit, whatever they carry: they are counted, not encoded."""
GRIDS = (256, 128, 64, 32, 16)
"""Cells along a tile's side, tried in this order; 16 units of the tile's grid are the finest cell's width."""
AGGREGATE = "aggregate"
"""What ``geography`` says of an aggregated feature."""
COUNT = "features"
"""The property that says how many features are in an aggregated one."""

_ZH = (
    "每个瓦片解压后不超过 {bytes} 字节。要素超出时，未筛选的瓦片改用该图层上一级较粗的地理单元；没有更粗一级或带筛选条件时，"
    "按网格合并（每边 256、128、64……格，直到放得下）：每格一个要素，geography 为 aggregate，features 是其中的要素个数，"
    "不带指标值，因为比例、时间与误差范围不可相加。不会悄悄丢弃要素。"
)
_EN = (
    "No tile is larger than {bytes} bytes unpacked. Where its features would be, a tile with no filter shows the layer's next "
    "coarser geography; where there is none, or there is a filter, features are merged on a grid (256, 128, 64, ... cells a "
    "side, until it fits): one feature a cell, with geography 'aggregate' and features = how many are in it, and no measures, "
    "for shares, times and margins do not add up. No feature is left out in silence."
)


def describe() -> dict[str, Any]:
    """Return the rule for a tileset's metadata: ``bytes``, ``features``, ``grids`` and the ``rule`` in both languages."""
    rule = {"zh": _ZH.format(bytes=BYTES), "en": _EN.format(bytes=BYTES)}
    return {"bytes": BYTES, "features": FEATURES, "grids": list(GRIDS), "rule": rule}
