/** Redraws the map as the choice changes: visibility, colours, filters, marks. */

import { effect, type ReadonlySignal } from "@preact/signals";
import type { FilterSpecification, Map as MapLibre } from "maplibre-gl";
import { isAreas } from "../columns";
import { drawnLevel, place } from "../flow/choice";
import { language } from "../i18n";
import { kindOf, uncertain } from "../number";
import { flowsOn, gapsApply, hovered, mode, minutes, onTop, overlays, selected, selectedGap, selectedStation, service, study, theme, themes, tier } from "../state";
import { crowded } from "../stations";
import type { Layer } from "../types";
import { selectedStop, selectedTour, VAN_STOPS, VAN_TOURS } from "../vans/choice";
import { placeOf } from "./areas";
import { nameOf } from "./basemap";
import { ground, shown, type Ground } from "./ground";
import { areaName } from "./overlay";
import { blank, both, colour, level as ofLevel, NOWHERE, of, offers, reached, roomFor } from "./paint";
import { palette } from "./palette";

const has = (layer: Layer, name: string): boolean => layer.columns.some((c) => c.name === name);

function only(layer: Layer): FilterSpecification[] {
  if (isAreas(layer)) return [ofLevel(drawnLevel.value)];
  return has(layer, "service") && has(layer, "mode") ? [of(service.value, mode.value)] : [];
}

/** Ground without an answer has no colour and no dots: nothing of the question before stays under a new one. */
function clear(map: MapLibre, layer: Layer): void {
  map.setPaintProperty(`${layer.id}-fill`, "fill-color", "rgba(0,0,0,0)");
  map.setFilter(`${layer.id}-dots`, NOWHERE);
}

const sourceOf = (layer: Layer): { source: string; sourceLayer?: string } => {
  const place = isAreas(layer) ? placeOf() : { source: layer.id, "source-layer": layer.id };
  return { source: place.source, ...(place["source-layer"] ? { sourceLayer: place["source-layer"] } : {}) };
};

function setStates(map: MapLibre, layer: Layer, { measure, numbers, change }: Ground): void {
  const where = sourceOf(layer);
  map.removeFeatureState(where);
  for (const [id, number] of numbers)
    map.setFeatureState({ ...where, id }, { ...number, uncertain: (change && number.status === "uncertain") || uncertain(kindOf(measure), number.value, number.margin) });
}

/** Units with a colour: a number, or a time beyond the search where that has one. */
const coloured = (layer: Layer, { numbers }: Ground): string[] =>
  [...numbers].flatMap(([unit, n]) => (n.value !== null || (layer.style.beyond !== null && n.status === "beyond") ? [unit] : []));

function drawTheme(map: MapLibre, found: Ground | null): void {
  const now = shown.value;
  if (!now?.want) return;
  const { layer } = now;
  if (!found) return clear(map, layer);
  const { measure, style } = found;
  if ("state" in found.place) setStates(map, layer, found);
  map.setPaintProperty(`${layer.id}-fill`, "fill-color", colour(style, found.place, kindOf(measure)));
  map.setPaintProperty(`${layer.id}-fill`, "fill-opacity", measure === "minutes" ? reached(style, found.place, minutes.value) : style.opacity);
  const everywhere = "property" in found.place && measure === "minutes" && style.beyond !== null;
  map.setFilter(`${layer.id}-dots`, everywhere ? NOWHERE : both(...only(layer), blank(found.place, coloured(layer, found))));
}

const PARTS = ["fill", "dots", "line", "circle", "room", "selected"];

const isOn = (layer: Layer): boolean =>
  flowsOn.value ? false : layer.id === theme.value ? Boolean(shown.value?.want) : overlays.value.has(layer.id) && (layer.id !== "gaps" || gapsApply.value);

function drawVisibility(map: MapLibre): void {
  for (const layer of [...themes.value, ...onTop.value]) {
    const visibility = isOn(layer) ? "visible" : "none";
    for (const part of PARTS)
      if (map.getLayer(`${layer.id}-${part}`)) map.setLayoutProperty(`${layer.id}-${part}`, "visibility", visibility);
  }
}

function drawFilters(map: MapLibre): void {
  for (const layer of [...themes.value, ...onTop.value]) {
    const filters = only(layer);
    if (!filters.length) continue;
    for (const part of ["fill", "line"]) if (map.getLayer(`${layer.id}-${part}`)) map.setFilter(`${layer.id}-${part}`, both(...filters));
  }
  for (const id of ["area-hit", "area-name"]) if (map.getLayer(id)) map.setFilter(id, ofLevel(drawnLevel.value));
}

function drawMarks(map: MapLibre): void {
  const unit = (value: string | null): FilterSpecification => both(ofLevel(drawnLevel.value), ["==", ["get", "unit"], value ?? ""]);
  if (map.getLayer("area-hit")) {
    map.setFilter("area-hover", unit(hovered.value));
    const chosen = flowsOn.value ? (place.value?.unit ?? null) : selected.value;
    map.setFilter("area-selected", unit(chosen));
    map.setFilter("area-selected-halo", unit(chosen));
  }
  if (map.getLayer("gaps-selected")) map.setFilter("gaps-selected", ["==", ["get", "unit"], selectedGap.value ?? ""]);
  for (const [id, chosen] of [[VAN_STOPS, selectedStop.value], [VAN_TOURS, selectedTour.value]] as const)
    if (map.getLayer(`${id}-selected`)) map.setFilter(`${id}-selected`, ["==", ["get", "unit"], chosen ?? ""]);
  if (map.getLayer("stations-selected")) map.setFilter("stations-selected", ["==", ["get", "unit"], selectedStation.value ?? ""]);
}

/** Stations of another tier or without the service step back. */
function drawStations(map: MapLibre): void {
  const layer = onTop.value.find((l) => l.id === "stations");
  if (!layer || !map.getLayer("stations-circle")) return;
  const asked = offers(service.value);
  const on = tier.value === "any" ? asked : (["all", asked, ["==", ["get", "tier"], tier.value]] as typeof asked);
  const room = crowded.value ? [roomFor(study.value.tiers)] : [];
  map.setFilter("stations-room", both(on as FilterSpecification, ...room));
  if (crowded.value) map.setFilter("stations-circle", both(...room));
  map.setPaintProperty("stations-circle", "circle-color", ["case", on, layer.style.legend.colours[0] ?? "", palette.value.otherStation]);
}

function drawNames(map: MapLibre): void {
  for (const id of ["base-place", "base-street-name"]) if (map.getLayer(id)) map.setLayoutProperty(id, "text-field", nameOf(language.value));
  if (map.getLayer("area-name")) map.setLayoutProperty("area-name", "text-field", areaName(language.value));
}

/** Draws the ground and all that lies on it. */
export function keepDrawn(map: MapLibre, of: ReadonlySignal<Ground | null> = ground): (() => void)[] {
  const draws = [drawFilters, () => drawTheme(map, of.value), drawVisibility, drawMarks, drawStations, drawNames];
  return draws.map((draw) => effect(() => draw(map)));
}
