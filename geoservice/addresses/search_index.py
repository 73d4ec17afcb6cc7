"""Writes the files of the place search.

Each key of a name has its places by number, the most prominent place having number 0, and blocks of these lists have their
smallest number. So the best places of thousands of keys that begin alike are in the few blocks with the smallest numbers.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geoservice.addresses.gazetteer import KINDS, NAME_KINDS
from geoservice.addresses.pinyin import pinyin
from geoservice.addresses.search_files import (
    BLOCK,
    BLOCKS,
    INITIALS,
    KEYS,
    NUMBER,
    ORDER,
    OTHER_NAME,
    POSTINGS,
    SEARCH_KINDS,
    STATION,
    UInt32s,
)
from geoservice.addresses.search_keys import HAN, MOST_CHARACTERS, folded
from geoservice.geo import Int32s, Ints

_FULL_NAMES = (NAME_KINDS.index("official"), NAME_KINDS.index("english"))
_SHORT = NAME_KINDS.index("short")


class SearchKey(NamedTuple):
    """A key of a name; ``is_initials`` if it is only the first letters of its syllables."""

    text: str
    is_initials: bool = False


def name_keys(name: str) -> Iterator[SearchKey]:
    """Yield the keys of a name: itself, and in Chinese the whole pinyin and its initials.

    >>> [key.text for key in name_keys("大龙山镇")], [key.text for key in name_keys("Bay Street")]
    (['大龙山镇', 'dalongshanzhen', 'dlsz'], ['baystreet'])
    """
    text = folded(name)[:MOST_CHARACTERS]
    if text:
        yield SearchKey(text)
        if HAN.search(text):
            full, initials = pinyin(text)
            yield SearchKey(full[:MOST_CHARACTERS])
            yield SearchKey(initials[:MOST_CHARACTERS], is_initials=True)


def write_search(folder: Path, places: pa.Table, names: pa.Table, home: int = -1) -> None:
    """Write the files of the place search of a gazetteer.

    Parameters
    ----------
    folder : Path
    places : pa.Table
        As :data:`geoservice.addresses.gazetteer.PLACE_SCHEMA`.
    names : pa.Table
        As :data:`geoservice.addresses.writer.NAME_SCHEMA`, of these places.
    home : int
        Row of the area whose places come first, -1 for none.
    """
    group = result_groups(places, home)
    order = _by_prominence(places, group)
    number = np.empty(len(order), np.uint32)
    number[order] = np.arange(len(order), dtype=np.uint32)
    keys, start, postings = _postings(_searched_names(names, places), number)
    size = len(postings)
    blocks = np.minimum.reduceat(postings & NUMBER, np.arange(0, size, BLOCK)) if size else np.empty(0, np.uint32)
    tables = {
        KEYS: pa.table({"key": keys, "start": pa.array(start[:-1], pa.uint32())}),
        POSTINGS: pa.table({"place": pa.array(postings)}),
        BLOCKS: pa.table({"smallest": pa.array(blocks)}),
        ORDER: pa.table({"row": pa.array(order, pa.int32()), "group": pa.array(group[order])}),
    }
    for name, table in tables.items():
        with pa.OSFile(str(folder / name), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table.combine_chunks())


def result_groups(places: pa.Table, home: int) -> npt.NDArray[np.uint8]:
    """Return the group of each place in the order of results: its position in SEARCH_KINDS, more by their number elsewhere.

    The areas above home count as home.
    """
    to_search = np.array([SEARCH_KINDS.index(kind) for kind in KINDS], np.uint8)
    group = to_search[places.column("kind").to_numpy()]
    is_station = pc.starts_with(places.column("id"), STATION).to_numpy()
    group[is_station] = SEARCH_KINDS.index("station")
    away = np.full(len(group), home >= 0)
    if home >= 0:
        parent, end = places.column("parent").to_numpy(), places.column("end").to_numpy()
        away[home : end[home]] = False
        row = int(parent[home])
        while row >= 0:
            away[row] = False
            row = int(parent[row])
    sorted_groups: npt.NDArray[np.uint8] = (group + len(SEARCH_KINDS) * away).astype(np.uint8)
    return sorted_groups


def _by_prominence(places: pa.Table, group: npt.NDArray[np.uint8]) -> Ints:
    """Return the rows by group, then present ones before former, large areas before small, and large places before small."""
    radius = np.nan_to_num(places.column("radius_m").to_numpy().astype(float), nan=-1.0)
    is_former = pc.is_valid(places.column("valid_to")).to_numpy()
    level = places.column("level").to_numpy()
    order: Ints = np.lexsort((np.arange(len(group)), -radius, level, is_former, group))
    return order


def _searched_names(names: pa.Table, places: pa.Table) -> pa.Table:
    """Return names without short ones that only leave out the end of the official name, except the shortest of these.

    For 永林村委会 these are 永林村 and 永林; whoever types 永林村 finds it by the official name.
    """
    place, kind = names.column("place").to_numpy(), names.column("kind").to_numpy()
    short = np.flatnonzero(kind == _SHORT)
    texts = names.column("name").take(pa.array(short, pa.int64()))
    official = places.column("name").take(pa.array(place[short], pa.int64()))
    is_beginning = np.array(
        [str(o).startswith(str(t)) for o, t in zip(official.to_pylist(), texts.to_pylist(), strict=True)], np.bool_
    )
    length = pc.utf8_length(texts).to_numpy()
    shortest = np.full(places.num_rows, 1 << 30)
    np.minimum.at(shortest, place[short][is_beginning], length[is_beginning])
    kept = np.ones(names.num_rows, np.bool_)
    kept[short] = ~is_beginning | (length == shortest[place[short]])
    return names.filter(pa.array(kept))


def _postings(names: pa.Table, number: UInt32s) -> tuple["pa.Array[Any]", Int32s, UInt32s]:
    """Return the sorted keys, where the places of each begin, with the end of the last, and the places with their flags."""
    encoded = names.column("name").combine_chunks().dictionary_encode()
    texts, text = encoded.dictionary.to_pylist(), encoded.indices.to_numpy()
    keys, of_text, initials = list[str](), list[int](), list[bool]()
    for i, name in enumerate(texts):
        for text_key in name_keys(str(name)):
            keys.append(text_key.text)
            of_text.append(i)
            initials.append(text_key.is_initials)
    if not keys:
        return pa.array([], pa.binary()), np.zeros(1, np.int32), np.empty(0, np.uint32)
    by_key = pa.array(keys, pa.string()).cast(pa.binary()).dictionary_encode()
    del keys, texts
    alphabetic = pc.sort_indices(by_key.dictionary).to_numpy()
    position = np.empty(len(alphabetic), np.int64)
    position[alphabetic] = np.arange(len(alphabetic))
    key, name_row = _each_place(np.array(of_text), text)
    flags = np.where(np.array(initials)[key], INITIALS, np.uint32(0))
    flags |= np.where(np.isin(names.column("kind").to_numpy(), _FULL_NAMES)[name_row], np.uint32(0), OTHER_NAME)
    place, key = number[names.column("place").to_numpy()[name_row]], position[by_key.indices.to_numpy()[key]]
    order = np.lexsort((flags, place, key))  # of several names of a place with one key the best
    key, place, flags = key[order], place[order], flags[order]
    first = np.ones(len(key), np.bool_)
    first[1:] = (key[1:] != key[:-1]) | (place[1:] != place[:-1])
    key, place = key[first], place[first] | flags[first]
    start = np.searchsorted(key, np.arange(len(alphabetic) + 1)).astype(np.int32)
    return by_key.dictionary.take(pa.array(alphabetic)), start, place.astype(np.uint32)


def _each_place(of_text: Ints, text: Ints) -> tuple[Ints, Ints]:
    """Return pairs of a key and a name that has it: positions in ``of_text``, whose texts are those of names in ``text``."""
    by_text = np.argsort(text, kind="stable")
    bounds = np.searchsorted(text[by_text], np.arange(int(text.max()) + 2))
    first, count = bounds[of_text], bounds[of_text + 1] - bounds[of_text]
    key = np.repeat(np.arange(len(of_text)), count)
    offset = np.arange(len(key)) - np.repeat(np.cumsum(count) - count, count)
    return key, by_text[np.repeat(first, count) + offset]
