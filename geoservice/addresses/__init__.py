"""Addresses: parsing them, and finding their places in a gazetteer.

A gazetteer is a folder of memory-mapped files made of public data. A parser splits an address into elements such as town,
road and door number; a matcher finds the place that most of them name, says how precise it is, and how far off it may be.
"""

from geoservice.addresses.elements import ElementKind, ParsedAddress
from geoservice.addresses.gazetteer import Gazetteer, Place

__all__ = ["ElementKind", "Gazetteer", "ParsedAddress", "Place"]
