"""Texts of the data quality report in both languages."""

from collections.abc import Mapping
from types import MappingProxyType

from geoservice.disclosure.data_quality.base import Bilingual

TITLE = Bilingual("登记册数据质量报告", "Data quality report of the register")
PRIVATE = Bilingual(
    "内部资料：含准确数字，不得发布，不得离开登记册所在的文件夹。",
    "Private: it has exact counts. Do not publish it; keep it beside the register.",
)
SUMMARY = Bilingual(
    "{day} 为统计日，登记册共 {households} 户；{errors} 项错误，{warnings} 项警告，{notes} 项提示。",
    "{households} households are in the register, and those present on {day} count. Errors: {errors}; warnings: {warnings}; "
    "notes: {notes}.",
)
COUNTS_ONLY = Bilingual(
    "本报告只按区域计数，不列出任何一户或一人。要找到有问题的行，请在原始文件中按区域和所述条件筛选；导入时被拒绝的行，"
    "在拒绝记录文件中注有行号。",
    "This report counts by area and lists no household. To find the rows, filter the source file by area and by the condition "
    "that a sentence states; rows that the import refused are in its file of rejected rows, with their numbers.",
)
NOTHING = Bilingual("未发现", "Nothing found")
BY_AREA = Bilingual("按区域", "By area")
FINDINGS = Bilingual("项目数", "Items")
LEVELS: Mapping[str, Bilingual] = MappingProxyType({
    "register": Bilingual("全部", "Register"),
    "county": Bilingual("县级", "Counties"),
    "township": Bilingual("乡镇级", "Townships"),
    "village": Bilingual("村级", "Villages"),
})  # fmt: skip
COLUMNS: Mapping[str, Bilingual] = MappingProxyType({
    "check": Bilingual("检查", "Check"),
    "item": Bilingual("项目", "Item"),
    "severity": Bilingual("程度", "Severity"),
    "level": Bilingual("级别", "Level"),
    "area": Bilingual("代码", "Code"),
    "name": Bilingual("名称", "Name"),
    "rows": Bilingual("户数", "Households"),
    "of": Bilingual("检查户数", "Examined"),
    "share": Bilingual("占比", "Share"),
    "value": Bilingual("数值", "Value"),
    "expected": Bilingual("预期值", "Expected"),
    "sentence": Bilingual("说明", "Finding"),
    "method": Bilingual("方法", "Method"),
})  # fmt: skip
METHODS: Mapping[str, Bilingual] = MappingProxyType({
    "missing": Bilingual(
        "各栏为空的户数；以及某人群在整个区域没有任何人、而按其他区域的比例应至少有 20 人的区域。",
        "Households without a value, by column; and areas where nobody is in a group although 20 persons or more are expected "
        "from the share in the other areas.",
    ),
    "wrong": Bilingual(
        "不可能或不可信的数值、组合与日期，以及不在居住地范围内的坐标。",
        "Impossible or implausible numbers, combinations and dates, and points outside their area of residence.",
    ),
    "area_codes": Bilingual(
        "户籍地代码与已导入的区划和国家统计局 2023 年区划代码比较；居住地与已导入的区划比较。",
        "Home codes are compared with the loaded areas and the statistical division codes of 2023, residences with the loaded "
        "areas.",
    ),
    "duplicates": Bilingual(
        "按 Fellegi-Sunter 方法比较相近的户：位置、户籍地、人数、人群、起止日期。罕见的值相符比常见的值更有力；"
        "同一点住户很多时证据较弱。概率是估计值，不是证明。",
        "Households near each other are compared after Fellegi and Sunter in place, home area, persons, groups and dates. "
        "Agreement in a rare value tells more than in a common one, and less where many households share a point. A "
        "probability is no proof.",
    ),
    "living_elsewhere": Bilingual(
        "户籍地与居住地在本县不同乡镇或不同村的户，以及居住已结束的户。这是事实情况，不一定是错误。",
        "Households registered in another township or village of the county than the one they live in, and stays that have "
        "ended. These are facts, not necessarily errors.",
    ),
    "heaping": Bilingual(
        "指数为实际数占预期数的百分比（惠普尔指数的做法），100 表示没有偏好，125 以上且超出随机波动才计入。"
        "日期按日历天数预期，整数年份和人数按相邻两数的几何平均预期。",
        "The index is the observed number as a percentage of the expected one, as in Whipple's index: 100 is no preference, "
        "and only 125 or more beyond chance counts. Dates are expected by the calendar, round years and sizes by the geometric "
        "mean of their neighbours.",
    ),
    "area_totals": Bilingual(
        "与同级区域相比，对数尺度上偏离中位数超过 3.5 个稳健标准差的区域；有建筑但没有住户的区域；"
        "登记人数不到人口数据一半或超过两倍的区域。",
        "Areas whose value is beyond 3.5 robust standard deviations from the median of their level, on a log scale; areas with "
        "buildings and no household; areas with less than half or more than twice the persons of the population data.",
    ),
    "geocoding": Bilingual(
        "按定位精度和误差范围的户数；坐标位数过少的户，以及与 99 户以上在同一点的户。",
        "Households by precision and by uncertainty; those with rounded coordinates, and those at one point with 99 others or "
        "more.",
    ),
})  # fmt: skip
"""How each check works, in a few sentences."""
