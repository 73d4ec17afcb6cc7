"""The names of provinces, cities and counties: those that come with the package, and those of a gazetteer."""

from collections.abc import Iterable
from functools import lru_cache

from geoservice.addresses.area_names import short_names
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.divisions import COUNTY_GROUPS, divisions

PROVINCE, CITY, COUNTY = range(3)
MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")
_ALSO = {
    "新疆维吾尔自治区": ("新疆自治区",), "广西壮族自治区": ("广西自治区", "广西省"), "宁夏回族自治区": ("宁夏自治区", "宁夏省"),
    "内蒙古自治区": ("内蒙", "内蒙古省"), "西藏自治区": ("西藏省",), "香港特别行政区": ("香港特区",),
    "澳门特别行政区": ("澳门特区",), "新疆生产建设兵团": ("兵团",), "襄阳市": ("襄樊市", "襄樊"),
    "锡林郭勒盟": ("锡盟",), "呼伦贝尔市": ("呼伦贝尔盟", "呼盟"), "巴彦淖尔市": ("巴彦淖尔盟", "巴盟"),
    "乌兰察布市": ("乌兰察布盟", "乌盟"), "鄂尔多斯市": ("伊克昭盟", "伊盟"), "通辽市": ("哲里木盟", "哲盟"),
    "阿拉善盟": ("阿盟",), "黔东南苗族侗族自治州": ("黔东南",), "黔西南布依族苗族自治州": ("黔西南",),
}  # fmt: skip
"""Other usual names of areas, and names that they had."""


class TopAreas:
    """Provinces, cities and counties, numbered.

    Attributes
    ----------
    level, parent, row : lists of int
        Of each area: 0 to 2, the number of its parent (-1 for none), and its row in the gazetteer (-1 for none).
    name : list of str
        The official names.
    numbers : dict of str to tuple of int
        The areas of each name; official names, short ones, and those that the gazetteer has besides.
    heads : set of str
        The first two characters of the names.
    """

    def __init__(self, gazetteer: Gazetteer | None = None) -> None:
        self.level: list[int] = []
        self.parent: list[int] = []
        self.row: list[int] = []
        self.name: list[str] = []
        self.numbers: dict[str, tuple[int, ...]] = {}
        by_code: dict[str, int] = {}
        for code, division in sorted(divisions().items()):
            parents = (by_code[code[:digits]] for digits in (4, 2) if digits < len(code) and code[:digits] in by_code)
            by_code[code] = self._add(division.name, len(code) // 2 - 1, next(parents, -1), -1)
        if gazetteer is not None:
            self._add_gazetteer(gazetteer, by_code)
        self.longest = max(map(len, self.numbers))
        self.heads = {name[:2] for name in self.numbers}

    def chain(self, number: int) -> Iterable[int]:
        """Yield an area, its parent, and so on."""
        while number >= 0:
            yield number
            number = self.parent[number]

    def _add(self, name: str, level: int, parent: int, row: int) -> int:
        number = len(self.level)
        self.level.append(level)
        self.parent.append(parent)
        self.row.append(row)
        self.name.append(name)
        if name not in COUNTY_GROUPS:
            self._add_names(number, (name, *short_names(name, level), *_ALSO.get(name, ())))
        return number

    def _add_names(self, number: int, names: Iterable[str]) -> None:
        for name in names:
            known = self.numbers.get(name, ())
            if number not in known:
                self.numbers[name] = (*known, number)

    def _add_gazetteer(self, gazetteer: Gazetteer, by_code: dict[str, int]) -> None:
        """Add what a gazetteer has besides, and the rows of all."""
        by_row: dict[int, int] = {}
        for row, code, name in gazetteer.areas_down_to(COUNTY):
            level = gazetteer.level[row] - 1
            number = by_code.get((code or "")[: 2 * level + 2], -1)
            if number < 0 or self.name[number] != name or self.level[number] != level or self.row[number] >= 0:
                number = self._add(name, level, by_row.get(gazetteer.parent[row], -1), row)
            self.row[number] = row
            by_row[row] = number
        for name, row in gazetteer.names_of(by_row):
            self._add_names(by_row[row], (name,))


@lru_cache(maxsize=2)
def top_areas(gazetteer: Gazetteer | None) -> TopAreas:
    """Return the areas that come with the package, and those of a gazetteer.

    >>> areas = top_areas(None)
    >>> [[areas.name[n] for n in areas.chain(number)] for number in areas.numbers["宜秀"]]
    [['宜秀区', '安庆市', '安徽省']]
    """
    return TopAreas(gazetteer)
