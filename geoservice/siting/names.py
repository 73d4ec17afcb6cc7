"""The models of siting and the sources of candidates, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from geoservice.layer import Label

MODELS: Mapping[str, Label] = MappingProxyType({
    "mclp": Label(zh="最大覆盖", en="maximal coverage"),
    "lscp": Label(zh="集合覆盖", en="set covering"),
    "lscp_b": Label(zh="备用覆盖", en="set covering with backup"),
    "p_median": Label(zh="P-中位", en="p-median"),
    "p_center": Label(zh="P-中心", en="p-center"),
    "capacitated_mclp": Label(zh="有容量限制的最大覆盖", en="maximal coverage with capacities"),
    "capacitated_p_median": Label(zh="有容量限制的P-中位", en="p-median with capacities"),
})  # fmt: skip
"""The models of siting by id."""
SOURCES = ("streets", "gaps", "file")
"""Where candidates come from."""
