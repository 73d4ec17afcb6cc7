/** What the pointer does on the map: hover names an area and its number, click chooses. */

import { effect, signal } from "@preact/signals";
import { Popup, type Map as MapLibre, type MapGeoJSONFeature, type MapLayerMouseEvent } from "maplibre-gl";
import { render, type ComponentChild } from "preact";
import { columnFor, isAreas } from "../columns";
import { hovered, mode, selected, selectedGap, service, tab, theme, tier } from "../state";
import { estimateIn, estimateOf, NOTHING } from "../number";
import type { Estimate, Value } from "../types";
import { CatchmentCard, GapCard, StationCard } from "../ui/cards";
import { shown } from "./drawing";

export interface Tip {
  x: number;
  y: number;
  feature: Record<string, Value>;
  area: string | null;
  number: Estimate;
}

export const tip = signal<Tip | null>(null);

const under = (map: MapLibre, event: MapLayerMouseEvent, ...layers: string[]): MapGeoJSONFeature | undefined =>
  map.queryRenderedFeatures(event.point, { layers: layers.filter((l) => map.getLayer(l)) })[0];

let opened: Popup | null = null;

/** A card speaks of one service and mode: another choice closes it. */
const closeOnChoice = (): void => {
  void [service.value, mode.value, theme.value, tier.value];
  opened?.remove();
};

function open(map: MapLibre, at: [number, number], card: ComponentChild): void {
  const box = document.createElement("div");
  render(card, box);
  opened?.remove();
  opened = new Popup({ maxWidth: "280px", offset: 10, focusAfterOpen: true }).setLngLat(at).setDOMContent(box).addTo(map);
  opened.on("close", () => render(null, box));
}

function drawnNumber(feature: MapGeoJSONFeature | undefined): Estimate {
  const now = shown.value;
  if (!feature || !now?.want) return NOTHING;
  const column = isAreas(now.layer) ? undefined : columnFor(now.layer, now.want);
  return column ? estimateOf(feature.properties, column.name) : estimateIn(feature.state);
}

function move(map: MapLibre, event: MapLayerMouseEvent): void {
  const area = under(map, event, "area-hit");
  const drawn = under(map, event, `${shown.value?.layer.id}-fill`);
  const point = under(map, event, "stations-circle", "gaps-fill");
  hovered.value = area ? String(area.properties["unit"]) : null;
  map.getCanvas().style.cursor = point || area ? "pointer" : "";
  const feature = (drawn ?? area)?.properties;
  tip.value = feature
    ? { x: event.point.x, y: event.point.y, feature, area: hovered.value, number: drawnNumber(drawn) }
    : null;
}

function click(map: MapLibre, event: MapLayerMouseEvent): void {
  const at: [number, number] = [event.lngLat.lng, event.lngLat.lat];
  const station = under(map, event, "stations-circle");
  if (station?.geometry.type === "Point") {
    return open(map, station.geometry.coordinates as [number, number], <StationCard feature={station.properties} />);
  }
  const gap = under(map, event, "gaps-fill");
  if (gap) {
    selectedGap.value = String(gap.properties["unit"]);
    tab.value = "gaps";
    return open(map, at, <GapCard feature={gap.properties} />);
  }
  const catchment = under(map, event, "catchments-fill");
  if (catchment) return open(map, at, <CatchmentCard feature={catchment.properties} />);
  const area = under(map, event, "area-hit");
  selected.value = area ? String(area.properties["unit"]) : null;
  if (area) tab.value = "areas";
}

export function keepPointed(map: MapLibre): void {
  effect(closeOnChoice);
  map.on("mousemove", (event) => move(map, event));
  map.on("mouseout", () => {
    hovered.value = null;
    tip.value = null;
  });
  map.on("click", (event) => click(map, event));
}
