/** Redraws the map as the choice changes: visibility, colours, filters, marks. Nothing here fetches but what tiles do not carry. */

import { computed, effect } from "@preact/signals";
import type { FilterSpecification, Map as MapLibre } from "maplibre-gl";
import { columnFor, isAreas, marginOf, styled, wanted, type Wanted } from "../columns";
import { language } from "../i18n";
import { kindOf, NOTHING, uncertain } from "../number";
import { fetchSeries, type Series } from "../series";
import { group, hovered, level, minutes, mode, onTop, overlays, selected, selectedGap, service, study, theme, themes, tier } from "../state";
import { placeOf } from "./areas";
import { nameOf } from "./basemap";
import { areaName } from "./overlay";
import { blank, both, colour, level as ofLevel, of, offers, reached, type Place } from "./paint";
import type { Layer } from "../types";

export const choice = computed(() => ({ service: service.value, mode: mode.value, tier: tier.value, group: group.value, minutes: minutes.value }));

/** The number the theme shows now. */
export const shown = computed<{ layer: Layer; want: Wanted | null } | null>(() => {
  const layer = themes.value.find((l) => l.id === theme.value);
  const column = layer && styled(layer);
  return layer ? { layer, want: column ? wanted(column, choice.value) : null } : null;
});

const has = (layer: Layer, name: string): boolean => layer.columns.some((c) => c.name === name);

function only(layer: Layer): FilterSpecification[] {
  if (isAreas(layer)) return [ofLevel(level.value)];
  return has(layer, "service") && has(layer, "mode") ? [of(service.value, mode.value)] : [];
}

const known = (series: Series, at: number): string[] => [...series].flatMap(([unit, v]) => (v.get(at)?.value == null ? [] : [unit]));

function drawGround(map: MapLibre, layer: Layer, want: Wanted, place: Place, units: string[] = []): void {
  const kind = kindOf(want.measure);
  map.setPaintProperty(`${layer.id}-fill`, "fill-color", colour(layer.style, place, kind));
  if (want.measure === "minutes") map.setPaintProperty(`${layer.id}-fill`, "fill-opacity", reached(place, minutes.value, layer.style.opacity));
  map.setFilter(`${layer.id}-dots`, both(...only(layer), blank(place, units)));
}

function setStates(map: MapLibre, layer: Layer, want: Wanted, series: Series, at: number): void {
  const place = isAreas(layer) ? placeOf() : { source: layer.id, "source-layer": layer.id };
  const where = { source: place.source, ...("source-layer" in place ? { sourceLayer: place["source-layer"] } : {}) };
  map.removeFeatureState(where);
  for (const [unit, values] of series) {
    const number = values.get(at) ?? NOTHING;
    map.setFeatureState({ ...where, id: unit }, { ...number, uncertain: uncertain(kindOf(want.measure), number.value, number.margin) });
  }
}

let turn = 0;

/** Numbers that tiles carry are drawn at once; others come from the release table, once for each choice. */
function drawTheme(map: MapLibre): void {
  const now = shown.value;
  const mine = ++turn;
  if (!now?.want) return;
  const { layer, want } = now;
  const column = columnFor(layer, want);
  if (column && !isAreas(layer)) return drawGround(map, layer, want, { property: column.name, margin: marginOf(layer, column) });
  const at = want.dimensions.minutes ?? 0;
  const breaks = at ? study.value.minutes : [0];
  void fetchSeries(isAreas(layer) ? level.value : "cell", want, breaks).then((series) => {
    if (mine !== turn) return;
    setStates(map, layer, want, series, at);
    drawGround(map, layer, want, { state: true }, known(series, at));
  }, () => undefined);
}

const PARTS = ["fill", "dots", "line", "circle", "room", "selected"];

function drawVisibility(map: MapLibre): void {
  for (const layer of [...themes.value, ...onTop.value]) {
    const on = (layer.id === theme.value && shown.value?.want) || overlays.value.has(layer.id);
    for (const part of PARTS)
      if (map.getLayer(`${layer.id}-${part}`)) map.setLayoutProperty(`${layer.id}-${part}`, "visibility", on ? "visible" : "none");
  }
}

function drawFilters(map: MapLibre): void {
  for (const layer of [...themes.value, ...onTop.value]) {
    const filters = only(layer);
    if (!filters.length) continue;
    for (const part of ["fill", "line"]) if (map.getLayer(`${layer.id}-${part}`)) map.setFilter(`${layer.id}-${part}`, both(...filters));
  }
  for (const id of ["area-hit", "area-name"]) if (map.getLayer(id)) map.setFilter(id, ofLevel(level.value));
}

function drawMarks(map: MapLibre): void {
  const unit = (value: string | null): FilterSpecification => both(ofLevel(level.value), ["==", ["get", "unit"], value ?? ""]);
  if (map.getLayer("area-hit")) {
    map.setFilter("area-hover", unit(hovered.value));
    map.setFilter("area-selected", unit(selected.value));
    map.setFilter("area-selected-halo", unit(selected.value));
  }
  if (map.getLayer("gaps-selected")) map.setFilter("gaps-selected", ["==", ["get", "unit"], selectedGap.value ?? ""]);
}

/** Stations of another tier or without the service step back. */
function drawStations(map: MapLibre): void {
  if (!map.getLayer("stations-circle")) return;
  const asked = offers(service.value);
  const on = tier.value === "any" ? asked : (["all", asked, ["==", ["get", "tier"], tier.value]] as typeof asked);
  const layer = onTop.value.find((l) => l.id === "stations");
  if (map.getLayer("stations-room")) map.setFilter("stations-room", on);
  map.setPaintProperty("stations-circle", "circle-color", ["case", on, layer?.style.colours[0] ?? "#d55e00", "#a3abb1"]);
  map.setPaintProperty("stations-circle", "circle-opacity", ["case", on, 1, 0.55]);
  map.setPaintProperty("stations-circle", "circle-stroke-opacity", ["case", on, 1, 0.6]);
}

function drawNames(map: MapLibre): void {
  for (const id of ["base-place", "base-street-name"]) if (map.getLayer(id)) map.setLayoutProperty(id, "text-field", nameOf(language.value));
  if (map.getLayer("area-name")) map.setLayoutProperty("area-name", "text-field", areaName(language.value));
}

export function keepDrawn(map: MapLibre): void {
  for (const draw of [drawFilters, drawTheme, drawVisibility, drawMarks, drawStations, drawNames]) effect(() => draw(map));
}
