"""Where a prediction band comes from, and what a planner reads about it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Basis = Literal["backcast", "short_backcast", "literature"]
STATEMENTS: Mapping[Basis, Mapping[str, str]] = MappingProxyType({
    "backcast": {
        "zh": "区间来自回测：从较早日期推算到已知日期，按规模和年限统计的误差。今后的误差可能更大。",
        "en": "The band comes from a backcast: errors of projections from earlier dates to known ones, by size and horizon. "
        "Future errors may be larger.",
    },
    "short_backcast": {
        "zh": "区间来自回测，但可检验的时期很少，时期之间的差异尚不清楚，因此区间不小于文献中的平均误差所对应的宽度。",
        "en": "The band comes from a backcast of few periods, which cannot show how periods differ; it is therefore not "
        "narrower than errors in the literature suggest.",
    },
    "literature": {
        "zh": "只有两个日期的数据，无法检验本地的推算误差。区间采用文献中美国小区域预测的平均误差，"
        "并加上输入数据的误差；仅供参考，年龄组的误差通常更大。",
        "en": "Only two dates are known, so that errors here could not be tested. The band takes mean errors of forecasts "
        "for small areas of the USA from the literature and adds the error of the input; it is a rough guide, and age groups "
        "usually err more.",
    },
})  # fmt: skip
"""The origin of a band in words."""
