"""Pages of items in any order and both directions, and views limited to areas, on both stores."""

import datetime as dt
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cmp_to_key
from typing import Any

import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoservice.errors import ParameterError, ReleaseError
from geoservice.geo import BBox
from geoservice.layer import Label, Layer, LayerColumn
from geoservice.release import ItemQuery, Manifest, ReleaseContent, ReleaseReader, ReleaseStore, keyset_paging, open_store
from geoservice.release.base import TABLE, Key, LayerContent, Page, Sort
from geoservice.release.layers import build_layers
from geoservice.release.paging_keys import decode_key, encode_key

Row = dict[str, Any]
TYPES: dict[str, Any] = {
    "name": "text",
    "beds": "integer",
    "share": "number",
    "open": "boolean",
    "day": "date",
    "seen": "timestamp",
}
TEXTS = [None, "", "a", "B", "b", "é", "中", "中文", "宜秀区", "𠮷", "\uffff", "a%", "a_"]
NUMBERS = [None, 0.0, -0.0, 1e-300, 0.1, 0.1 + 0.2, -5.0, 1e300]
DAYS = [None, dt.date(1969, 12, 31), dt.date(2020, 2, 29), dt.date(2024, 1, 1)]
MOMENTS = [None, *map(dt.datetime.fromisoformat, ("1969-12-31T23:59:59.999999", "2024-01-01", "2024-01-01T00:00:00.000001"))]
AREAS = [None, "/42/", "/42/4209/", "/42/4209/420981/", "/42/42090/", "/42/a%2Fb/", "/42/50%25/", "/42/a_b/", "/43/"]
COUNT = 57


def title(text: str) -> Label:
    return Label(zh=text, en=text)


def layers(count: int = COUNT) -> list[LayerContent]:
    """One layer whose properties have few values each, so that many are alike; every other place is at the same point."""
    rows = [
        {
            "unit": f"u{i:05d}",
            "name": TEXTS[i * 5 % len(TEXTS)],
            "beds": None if i % 4 == 0 else i % 3 - 1 + (2**62 if i == 5 else 0),
            "share": NUMBERS[i * 3 % len(NUMBERS)],
            "open": (None, True, False)[i % 3],
            "day": DAYS[i % len(DAYS)],
            "seen": MOMENTS[i % len(MOMENTS)],
            "area_path": AREAS[i % len(AREAS)],
            "geometry": shapely.to_wkb(shapely.Point(116 + (i * 7919 % 997) / 1000, 30 + (i * 104729 % 991) / 1000)),
        }
        for i in range(count)
    ]
    kinds = [pa.string(), pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32(), pa.timestamp("us"), pa.string()]
    schema = pa.schema([*zip(rows[0], kinds, strict=False), ("geometry", pa.binary())])
    columns = tuple(LayerColumn(name=n, title=title(n), type=t) for n, t in TYPES.items())
    layer = Layer(
        id="things",
        title=title("物"),
        description=title("物"),
        geography=("thing",),
        geometry="point",
        maxzoom=1,
        columns=columns,
    )
    (made,) = build_layers([layer], {"thing": pa.Table.from_pylist(rows, schema)}, TABLE.empty_table())
    return [replace(made, layer=made.layer.model_copy(update={"bbox": None}))]  # no tiles: they are not what is tested


def content_of(layers: list[LayerContent]) -> ReleaseContent:
    parts: dict[str, Any] = {"study": {}, "inputs": {}, "parameters": {}, "table_digest": "", "layers": (), "disclosure": {}}
    return ReleaseContent(layers, TABLE.empty_table(), Manifest(code_version="1", **parts))


@pytest.fixture(scope="module")
def things(tmp_path_factory: pytest.TempPathFactory, dsn: str | None) -> Iterator[ReleaseReader]:
    store = open_store(tmp_path_factory.mktemp("things"), dsn, "things", read_only=False)
    store.write(content_of(layers()))
    yield store.open()
    store.close()


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return layers()[0].features.to_pylist()


def compared(sortby: tuple[Sort, ...]) -> Callable[[Row], Any]:
    """Compare two rows the slow way: one property after the other, nulls last, text by its bytes, then the id."""

    def one(a: Any, b: Any, descending: bool) -> int:
        if a is None or b is None:
            return (a is None) - (b is None)
        a, b = (v.encode() if isinstance(v, str) else v for v in (a, b))
        return int((a > b) - (a < b)) * (-1 if descending else 1)

    def both(a: Row, b: Row) -> int:
        ways = (one(a[s.property], b[s.property], s.descending) for s in sortby)
        return next((w for w in ways if w), a["fid"] - b["fid"])

    return cmp_to_key(both)


SORTS = st.lists(
    st.builds(Sort, st.sampled_from([*TYPES, "unit", "geography"]), st.booleans()), max_size=3, unique_by=lambda s: s.property
).map(tuple)
FILTERS = st.sampled_from(
    [
        {},
        {"bbox": BBox(116, 30, 116.5, 31)},
        {"within": ("4209", "43")},
        {"ids": (3, 50, 7, 99, 3)},
        {"equals": {"open": "true"}},
    ]
)


def keep(row: Row, asked: dict[str, Any], area: str | None) -> bool:
    """Whether a row meets one of the filters above."""
    if "bbox" in asked:
        return bool(shapely.from_wkb(row["geometry"]).x <= 116.5)
    if "within" in asked:
        return area in {"/42/4209/", "/42/4209/420981/", "/43/"}
    return row["fid"] in asked["ids"] if "ids" in asked else row["open"] is True if "equals" in asked else True


def walk(reader: ReleaseReader, query: ItemQuery, back: bool) -> Iterator[Page]:
    """Pages from the first on, or from wherever ``query`` begins towards the front, each by the key of the one before."""
    while True:
        yield (page := reader.page("things", query))
        key = page.before if back else page.after
        if key is None:
            return
        token = encode_key(reader.layer("things"), query.sortby, key)
        decoded = decode_key(reader.layer("things"), query.sortby, token)
        query = replace(query, **{"before" if back else "after": decoded}, **({"after": None} if back else {}))


@settings(max_examples=25, deadline=None)
@given(sortby=SORTS, limit=st.integers(1, COUNT + 3), asked=FILTERS)
def test_paging_forward_and_back_returns_each_feature_once_in_order(
    things: ReleaseReader, rows: list[Row], sortby: tuple[Sort, ...], limit: int, asked: dict[str, Any]
) -> None:
    areas = dict(zip(range(1, COUNT + 1), itertools.cycle(AREAS), strict=False))
    want = sorted((r for r in rows if keep(r, asked, areas[r["fid"]])), key=compared(sortby))
    query = ItemQuery(limit=limit, sortby=sortby, **asked)
    there = list(walk(things, query, back=False))
    assert [r for page in there for r in page.rows.to_pylist()] == want
    assert there[0].before is None
    assert all(page.before is not None for page in there[1:])
    assert things.count("things", query) == len(want)
    if len(there) > 1:
        back = list(walk(things, replace(query, after=None, before=there[-1].before), back=True))
        fids = [fid for page in reversed(back) for fid in page.rows["fid"].to_pylist()]
        assert fids == [r["fid"] for r in want[: (len(there) - 1) * limit]]
        assert all(page.after is not None for page in back)
        assert back[-1].before is None


@settings(max_examples=25, deadline=None)
@given(sortby=SORTS, limit=st.integers(1, COUNT), offset=st.integers(0, COUNT + 3), asked=FILTERS)
def test_an_offset_skips_the_first_features_of_the_order(
    things: ReleaseReader, rows: list[Row], sortby: tuple[Sort, ...], limit: int, offset: int, asked: dict[str, Any]
) -> None:
    areas = dict(zip(range(1, COUNT + 1), itertools.cycle(AREAS), strict=False))
    want = sorted((r for r in rows if keep(r, asked, areas[r["fid"]])), key=compared(sortby))
    page = things.page("things", ItemQuery(limit=limit, offset=offset, sortby=sortby, **asked))
    assert page.rows.to_pylist() == want[offset : offset + limit]
    assert (page.before is None) == (offset == 0 or offset >= len(want))
    assert (page.after is None) == (offset + limit >= len(want))


@pytest.mark.parametrize("query", [ItemQuery(offset=-1), ItemQuery(offset=2**63), ItemQuery(offset=1, before=5)])
def test_invalid_offsets_are_refused(things: ReleaseReader, query: ItemQuery) -> None:
    with pytest.raises(ParameterError, match="offset"):
        things.page("things", query)


@pytest.mark.parametrize("sortby", [(), (Sort("name", True),)], ids=["by fid", "by name"])
def test_many_rows_are_read_like_few(
    things: ReleaseReader, rows: list[Row], sortby: tuple[Sort, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset_paging, "MAX_PLAIN_ROWS", 0)
    found = things.items("things", ItemQuery(limit=COUNT, sortby=sortby))
    assert found.to_pylist() == sorted(rows, key=compared(sortby))
    monkeypatch.setattr(keyset_paging, "MAX_PLAIN_ROWS", COUNT)
    assert things.items("things", ItemQuery(limit=COUNT, sortby=sortby)).equals(found)


def test_the_page_before_a_key_beyond_all_is_the_last(things: ReleaseReader) -> None:
    page = things.page("things", ItemQuery(limit=5, before=2**63 - 1))
    assert page.rows["fid"].to_pylist() == list(range(COUNT - 4, COUNT + 1))
    assert (page.before, page.after) == ((COUNT - 4,), None)


@pytest.mark.parametrize("sortby", [(), (Sort("share"),)], ids=["by fid", "by share"])
def test_a_page_behind_the_last_is_empty(things: ReleaseReader, sortby: tuple[Sort, ...]) -> None:
    page = things.page("things", ItemQuery(sortby=sortby, after=(*(None for _ in sortby), 10**6)))
    assert (page.rows.num_rows, page.before, page.after) == (0, None, None)


def test_a_key_need_not_be_a_feature(things: ReleaseReader, rows: list[Row]) -> None:
    page = things.page("things", ItemQuery(limit=3, sortby=(Sort("share"),), after=(0.05, 0)))
    assert (
        page.rows["share"].to_pylist() == sorted(r["share"] for r in rows if r["share"] is not None and r["share"] > 0.05)[:3]
    )
    assert page.before is not None


def test_sort_columns_need_not_be_returned(things: ReleaseReader) -> None:
    page = things.page("things", ItemQuery(limit=2, sortby=(Sort("name"),), properties=("beds",), geometry=False))
    assert page.rows.column_names == ["fid", "beds"]
    assert page.after is not None
    assert page.after[0] == ""


LAYER = layers(3)[0].layer
KEYS: list[tuple[tuple[Sort, ...], Key]] = [
    ((), (7,)),
    ((Sort("name"),), ("宜秀区 \"'\\", 2**63 - 1)),
    ((Sort("name", True), Sort("day"), Sort("seen")), (None, dt.date(2020, 2, 29), MOMENTS[3], 1)),
    ((Sort("share"), Sort("open"), Sort("beds")), (5e-324, False, -(2**63) + 1, 1)),
]


@pytest.mark.parametrize(("sortby", "key"), KEYS)
def test_a_key_survives_a_link(sortby: tuple[Sort, ...], key: Key) -> None:
    token = encode_key(LAYER, sortby, key)
    assert decode_key(LAYER, sortby, token) == key
    assert token.replace("-", "").replace("_", "").isalnum()
    others = [s for s, _ in KEYS if s != sortby] + [tuple(Sort(s.property, not s.descending) for s in sortby)] * bool(sortby)
    for other in others:
        with pytest.raises(ParameterError, match="not a page of this layer and order"):
            decode_key(LAYER, other, token)
    with pytest.raises(ParameterError, match="not a page of this layer and order"):
        decode_key(LAYER.model_copy(update={"id": "others"}), sortby, token)


@given(at=st.integers(0, 200), to=st.sampled_from("Aq0-_=+/ é\0"))
def test_a_key_that_was_tampered_with_is_refused(at: int, to: str) -> None:
    token = encode_key(LAYER, KEYS[1][0], KEYS[1][1])
    at %= len(token)
    if token[at] != to:
        bent = token[:at] + to + token[at + 1 :]
        with pytest.raises(ParameterError, match="not a page of this layer and order"):
            decode_key(LAYER, KEYS[1][0], bent)


@pytest.mark.parametrize("token", ["", "0", "AAAA", "A" * 5000, "你好", "\ud800"])
def test_what_was_never_a_key_is_refused(token: str) -> None:
    with pytest.raises(ParameterError, match="not a page of this layer and order"):
        decode_key(LAYER, (), token)


@pytest.mark.parametrize(
    "query",
    [
        ItemQuery(sortby=(Sort("nothing"),)),
        ItemQuery(sortby=(Sort('name"; --'),)),
        ItemQuery(sortby=(Sort("name"), Sort("name", True))),
        ItemQuery(sortby=(Sort("name"),), after=5),
        ItemQuery(sortby=(Sort("name"),), after=(5, 5)),
        ItemQuery(sortby=(Sort("name"),), after=("\0", 5)),
        ItemQuery(sortby=(Sort("beds"),), after=(True, 5)),
        ItemQuery(sortby=(Sort("beds"),), after=(2**63, 5)),
        ItemQuery(sortby=(Sort("share"),), before=(math.nan, 5)),
        ItemQuery(sortby=(Sort("day"),), before=(MOMENTS[2], 5)),
        ItemQuery(after=("a", 5)),
        ItemQuery(after=5, before=9),
        ItemQuery(before=-1),
        ItemQuery(before=2**63),
        ItemQuery(ids=tuple(range(10_001))),
    ],
    ids=repr,
)
def test_invalid_orders_and_keys_never_reach_the_database(things: ReleaseReader, query: ItemQuery) -> None:
    with pytest.raises(ParameterError, match=r"allowed (are|is)"):
        things.page("things", query)


@pytest.mark.parametrize(
    ("ids", "want"), [((), []), ((3, 1, 3), [1, 3]), ((0, -1, 58, 2**63, 10**30), []), ((2**63 - 1, 57), [57])]
)
def test_ids(things: ReleaseReader, ids: tuple[int, ...], want: list[int]) -> None:
    assert things.items("things", ItemQuery(ids=ids))["fid"].to_pylist() == want
    assert things.count("things", ItemQuery(ids=ids)) == len(want)


def test_ids_are_sorted_like_other_queries(things: ReleaseReader, rows: list[Row]) -> None:
    ids = tuple(range(1, COUNT, 2))
    got = things.items("things", ItemQuery(limit=99, ids=ids, sortby=(Sort("name", True),)))
    want = sorted((r for r in rows if r["fid"] in ids), key=compared((Sort("name", True),)))
    assert got.to_pylist() == want


@pytest.mark.parametrize(
    ("within", "paths"),
    [
        (("42",), [a for a in AREAS if a and a.startswith("/42/")]),
        (("4209",), ["/42/4209/", "/42/4209/420981/"]),
        (("420981", "43"), ["/42/4209/420981/", "/43/"]),
        (("a/b",), ["/42/a%2Fb/"]),
        (("50%",), ["/42/50%25/"]),
        (("a_b",), ["/42/a_b/"]),
        ((), []),
        (("%",), []),
        (("_2",), []),
        (("42/4209",), []),
        (("/", "", "\0", "\ud800", "' OR 1=1 --", "4"), []),
    ],
)
def test_a_view_is_limited_to_areas(things: ReleaseReader, within: tuple[str, ...], paths: list[str]) -> None:
    want = [i + 1 for i in range(COUNT) if AREAS[i % len(AREAS)] in paths]
    assert things.items("things", ItemQuery(limit=99, within=within))["fid"].to_pylist() == want
    assert things.count("things", ItemQuery(within=within)) == len(want)
    seen = [fid for fid in range(1, COUNT + 1) if things.item("things", fid, within).num_rows]
    assert seen == want


def test_the_area_path_of_a_feature_is_not_a_property(things: ReleaseReader) -> None:
    assert "_area" not in things.items("things", ItemQuery()).column_names
    with pytest.raises(ParameterError, match="property '_area'"):
        things.items("things", ItemQuery(properties=("_area",)))
    with pytest.raises(ParameterError, match="sortby '_area'"):
        things.items("things", ItemQuery(sortby=(Sort("_area"),)))


@pytest.mark.parametrize("area", ["42", "/42", "42/", "//", "/42//", "/"])
def test_an_invalid_area_path_is_not_released(store: ReleaseStore, area: str) -> None:
    (made,) = layers(1)
    with pytest.raises(ReleaseError, match="areas must be codes with a slash"):
        store.write(content_of([replace(made, areas=pa.array([area]))]))
