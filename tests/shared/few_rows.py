"""Tables of two rows as text: the first has values in further columns, the second has none."""


def households(header: str, values: str) -> str:
    rows = f"1,116.95,30.6,3,1,{values}\n2,117.02,30.6,2,0,{',' * header.count(',')}\n"
    return f"户编号,经度,纬度,人口,六岁以下,{header}\n{rows}"


def stations(header: str, values: str) -> str:
    rows = f"A1,站,村级,checkup,117,30.6,{values}\nA2,站,村级,checkup,117,30.6,{',' * header.count(',')}\n"
    return f"id,name,tier,services,lon,lat,{header}\n{rows}"
