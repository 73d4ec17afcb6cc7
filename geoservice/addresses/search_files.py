"""The files of the place search, and what their numbers mean."""

import numpy as np
import numpy.typing as npt

UInt32s = npt.NDArray[np.uint32]
KEYS, POSTINGS, BLOCKS, ORDER = ("search_keys.arrow", "search_postings.arrow", "search_blocks.arrow", "search_order.arrow")
SEARCH_KINDS = ("area", "station", "group", "road", "compound", "poi", "building")
"""In the order of results. A station of the study is a kind of its own here."""
AREA_LEVELS = ("province", "city", "county", "township", "village")
"""The levels of areas by their numbers, as :data:`geoservice.schema.LEVELS` has them."""
STATION = "station:"
"""The ids of stations begin with it."""
BLOCK = 256
"""Places of keys in a block."""
INITIALS, OTHER_NAME = np.uint32(1 << 31), np.uint32(1 << 30)
"""Flags of a place of a key: the key is made of initials; the name is not the official one."""
NUMBER = np.uint32((1 << 30) - 1)
