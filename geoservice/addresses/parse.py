"""The parser of addresses: chooses the profile of a country."""

import re

from geoservice.addresses.chinese import parse_chinese
from geoservice.addresses.elements import ParsedAddress
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.street_number import parse_street_address

CHINESE = ("CN", "HK", "MO", "TW")
"""Countries and territories whose addresses go from the large to the small, in Chinese characters."""
_HAN = re.compile("[㐀-鿿]")


def parse(text: str, gazetteer: Gazetteer | None = None, scope: int = -1, country: str = "CN") -> ParsedAddress:
    """Return the elements of an address; none of them if the text is no address.

    Names, telephones and identity numbers of people are in no element and not in the text of the result.

    Parameters
    ----------
    text : str
    gazetteer : Gazetteer or None
        Knows towns and villages in China besides the areas that come with the package.
    scope : int
        Row of the area in which addresses are that do not say where they are, -1 for none.
    country : str
        ISO 3166 code; the empty text for an unknown country.

    Examples
    --------
    >>> [(e.kind.value, e.text) for e in parse("安庆市宜秀区大龙山镇永林村3组").elements]
    [('city', '安庆市'), ('district', '宜秀区'), ('town', '大龙山镇'), ('community', '永林村'), ('group', '3组')]
    >>> [(e.kind.value, e.text) for e in parse("Ringstraße 5-7, 3500 Krems", country="AT").elements]
    [('road', 'Ringstraße'), ('number', '5-7'), ('postcode', '3500'), ('city', 'Krems')]
    """
    if country in CHINESE or (not country and _HAN.search(text[:1000])):
        return parse_chinese(text, gazetteer, scope)
    return parse_street_address(text, country)
