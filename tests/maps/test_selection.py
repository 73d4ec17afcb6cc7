"""The column that colours a layer, and the status of numbers for features without a status property."""

import pytest

from geoservice.errors import NotFound
from geoservice.layer import Label, Style
from geoservice.maps.selection import Selection, attributes, class_properties, colouring_properties, select, statuses
from geoservice.maps.symbology import class_texts, legend_texts
from geoservice.release.base import PublishedColumn, PublishedLayer

ONE = Label(zh="一", en="one")


def column(name, measure=None, margin_of=None, **dimensions):
    return PublishedColumn(name=name, title=ONE, type="number", measure=measure, dimensions=dimensions, margin_of=margin_of)


def layer(*columns, style):
    words = {"id": "x", "title": ONE, "description": ONE, "geometry": "polygon", "role": "public"}
    return PublishedLayer(**words, minzoom=0, maxzoom=9, columns=columns, style=style, bbox=None, features=1)


SHARES = layer(
    *(column(f"share_{m}", "covered_share", service="clinic", mode="walk", minutes=m) for m in (15, 30)),
    *(column(f"share_{m}_margin", margin_of=f"share_{m}", service="clinic", mode="walk", minutes=m) for m in (15, 30)),
    column("share_15_status"),
    style=Style(property="share_15", breaks=(50,), colours=("#111111", "#222222"), status="share_15_status"),
)


def test_the_column_of_the_selected_minutes_colours_the_layer():
    assert select(SHARES, Selection(), {}) == SHARES
    assert select(SHARES, Selection(minutes=30), {}).style.property == "share_30"
    assert class_properties(SHARES) == ["share_15", "share_15_margin", "share_15_status"]
    assert class_properties(select(SHARES, Selection(minutes=30), {})) == ["share_30", "share_30_margin"]


def test_a_property_of_the_same_measure_colours_the_layers_that_have_it():
    assert colouring_properties(SHARES) == ["share_15", "share_30"]
    chosen = select(SHARES, Selection(minutes=60, property="share_30"), {})
    assert (chosen.style.property, chosen.style.status, chosen.style.breaks) == ("share_30", "share_30_status", (50,))
    assert select(SHARES, Selection(property="other"), {}) == SHARES


def test_a_legend_names_classes_in_words_and_other_numbers_by_their_bounds():
    words = {"breaks": (-0.5, 0.5), "colours": ("#111111", "#222222", "#333333")}
    hotspots = layer(column("hot", "hotspot_class"), style=Style(property="hot", **words))
    assert legend_texts(hotspots, "en")[1:] == [
        "no more and no fewer than chance explains",
        "more than chance explains, false discovery rate 10 %",
    ]
    net = layer(column("net", "net_migrants"), style=Style(property="net", **words))
    assert legend_texts(net, "zh") == class_texts(net.style, "zh")


def test_numbers_that_a_layer_does_not_have_are_an_error():
    with pytest.raises(NotFound, match="layer x: no numbers for minutes 60"):
        select(SHARES, Selection(minutes=60), {})


def test_totals_are_never_shown_for_one_tier_or_group():
    loads = layer(column("load", "load"), style=Style(property="load", breaks=(5,), colours=("#111111", "#222222")))
    for selection, dimensions in (
        (Selection(tier="village"), "tier"),
        (Selection(tier="van", group="migrant"), "tier or group"),
    ):
        with pytest.raises(NotFound, match=f"layer x: its numbers are not divided by {dimensions}$"):
            select(loads, selection, {})
    assert select(loads, Selection(tier="any", group="all"), {}) == loads


def test_dimensions_that_numbers_do_not_have_are_ignored():
    persons = layer(
        column("persons", "persons", group="all"), style=Style(property="persons", breaks=(5,), colours=("#111111", "#222222"))
    )
    assert select(persons, Selection("clinic", "walk", 30), {}) == persons


def test_features_of_one_service_and_mode_are_filtered_by_them():
    gaps = layer(column("service"), column("mode"), column("n", "uncovered_persons"), style=Style(property="n"))
    assert attributes(gaps, Selection("clinic", "walk", 30)) == {"service": "clinic", "mode": "walk"}
    assert attributes(SHARES, Selection("clinic", "walk", 30)) == {}


def test_status_is_a_property_or_follows_from_the_margin():
    rows = [
        {"share_30": 40.0, "share_30_margin": 20.1},
        {"share_30": 40.0, "share_30_margin": 2.0},
        {"share_30": None, "share_30_margin": None},
    ]
    assert statuses(select(SHARES, Selection(minutes=30), {}), rows) == ["uncertain", "ok", None]
    assert statuses(SHARES, [{"share_15": None, "share_15_status": "nobody"}]) == ["nobody"]
    times = layer(column("it", "minutes", service="clinic"), column("other", "minutes", service="school"),
                  style=Style(property="it", breaks=(20,), colours=("#111111", "#222222"), beyond="#333333"))  # fmt: skip
    assert statuses(select(times, Selection(service="school"), {}), [{"other": None}, {"other": 3.0}]) == ["beyond", "ok"]
