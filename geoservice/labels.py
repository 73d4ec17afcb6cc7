"""What values of dimensions and geographies are called, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

from geoservice.layer import Label

Labels = Mapping[str | int, Label]

MODES: Labels = MappingProxyType({
    "walk": Label(zh="步行", en="walking"),
    "cycle": Label(zh="骑行", en="cycling"),
    "drive": Label(zh="驾车", en="driving"),
})  # fmt: skip
TIERS: Labels = MappingProxyType({
    "any": Label(zh="任一级", en="any tier"),
    "county": Label(zh="县级", en="county"),
    "township": Label(zh="乡镇级", en="township"),
    "village": Label(zh="村级", en="village"),
    "van": Label(zh="流动车", en="van"),
})  # fmt: skip
GROUPS: Labels = MappingProxyType({
    "all": Label(zh="全部人口", en="everybody"),
    "resident": Label(zh="户籍人口", en="residents"),
    "migrant": Label(zh="流动人口", en="migrants"),
})  # fmt: skip
GEOGRAPHIES: Labels = MappingProxyType({
    "province": Label(zh="省级", en="provinces"),
    "city": Label(zh="市级", en="cities"),
    "county": Label(zh="县级", en="counties"),
    "township": Label(zh="乡镇级", en="townships"),
    "village": Label(zh="村级", en="villages"),
    "station": Label(zh="服务站点", en="stations"),
    "catchment": Label(zh="服务范围", en="catchments"),
    "gap": Label(zh="服务空白区", en="service gaps"),
    "cell": Label(zh="网格", en="cells of a grid"),
    "leaf": Label(zh="人口小地块", en="small places with people"),
})  # fmt: skip
