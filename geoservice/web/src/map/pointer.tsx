/** What the pointer does on the map: hover names an area and its number, click chooses. */

import { signal, type ReadonlySignal } from "@preact/signals";
import type { Map as MapLibre, MapGeoJSONFeature, MapLayerMouseEvent } from "maplibre-gl";
import { columnFor, isAreas } from "../columns";
import { cardsOn } from "../scorecard/choice";
import { flowsOn, HOTSPOTS, hotspotsOn, hovered, level, ownTab, selected, selectedGap, selectedStation, tab, wide } from "../state";
import { below } from "../scope";
import { crowded } from "../stations";
import { show } from "../ui/Breadcrumb";
import { estimateIn, estimateOf, NOTHING } from "../number";
import type { Estimate, Value } from "../types";
import { CatchmentCard, GapCard, StationCard } from "../ui/cards";
import { code } from "../flow/load";
import { scenarioOn } from "../scenario/choice";
import { code as scenarioCode } from "../scenario/load";
import { code as toolCode } from "../live/load";
import { takesClicks } from "../live/clicks";
import { tool } from "../live/tool";
import { closeCard, openCard, openStation } from "./cards";
import { ground, shown, type Ground } from "./ground";

export interface Tip {
  x: number;
  y: number;
  feature: Record<string, Value>;
  area: string | null;
  number: Estimate;
  /** What the number is; null where the map has none. */
  measure: string | null;
}

export const tip = signal<Tip | null>(null);

const under = (map: MapLibre, event: MapLayerMouseEvent, ...layers: string[]): MapGeoJSONFeature | undefined =>
  map.queryRenderedFeatures(event.point, { layers: layers.filter((l) => map.getLayer(l)) })[0];

function drawnNumber(feature: MapGeoJSONFeature | undefined, of: Ground | null): Estimate {
  const now = shown.value;
  if (!feature || !now?.want || !of) return NOTHING;
  const column = isAreas(now.layer) ? undefined : columnFor(now.layer, now.want);
  return column ? estimateOf(feature.properties, column.name) : estimateIn(feature.state);
}

/** The layer whose units answer to the pointer. */
const hit = (): string => (hotspotsOn.value ? "hotspot-fill" : "area-hit");

/** Of what lies above the map, a marker for instance, nothing is said. */
function leave(): void {
  hovered.value = null;
  tip.value = null;
}

function move(map: MapLibre, event: MapLayerMouseEvent, of: ReadonlySignal<Ground | null>): void {
  if (event.originalEvent.target !== map.getCanvas()) return leave();
  if (tool.value) {
    leave();
    map.getCanvas().style.cursor = takesClicks.value ? "crosshair" : "";
    return;
  }
  const area = under(map, event, hit());
  const drawn = under(map, event, `${shown.value?.layer.id}-fill`);
  const point = under(map, event, "stations-circle", "gaps-fill");
  hovered.value = area ? String(area.properties["unit"]) : null;
  map.getCanvas().style.cursor = scenarioOn.value && of === ground && !point ? "crosshair" : point || area ? "pointer" : "";
  const feature = (drawn ?? area)?.properties;
  const { offsetLeft: left, offsetTop: top } = map.getContainer();
  tip.value = feature
    ? { x: left + event.point.x, y: top + event.point.y, feature, area: hovered.value, number: drawnNumber(drawn, of.value), measure: of.value?.measure ?? null }
    : null;
}

function click(map: MapLibre, event: MapLayerMouseEvent): void {
  if (tool.value) return toolCode.value.value?.click(map, event);
  if (scenarioOn.value) return scenarioCode.value.value?.click(map, event);
  if (flowsOn.value) {
    const unit = under(map, event, "area-hit")?.properties["unit"];
    return code.value.value?.click(unit === undefined ? null : String(unit), event.point.x, event.point.y);
  }
  const at: [number, number] = [event.lngLat.lng, event.lngLat.lat];
  const station = under(map, event, "stations-circle");
  if (station && crowded.value) return void openStation(String(station.properties["unit"]));
  if (station?.geometry.type === "Point") {
    openCard(station.geometry.coordinates as [number, number], <StationCard feature={station.properties} />);
    selectedStation.value = String(station.properties["unit"]);
    return;
  }
  const gap = under(map, event, "gaps-fill");
  if (gap) {
    selectedGap.value = String(gap.properties["unit"]);
    tab.value = "gaps";
    return openCard(at, <GapCard feature={gap.properties} />);
  }
  const catchment = under(map, event, "catchments-fill");
  if (catchment) return openCard(at, <CatchmentCard feature={catchment.properties} />);
  closeCard();
  const area = under(map, event, hit());
  const unit = area ? String(area.properties["unit"]) : null;
  if (unit !== null && wide.value && !hotspotsOn.value && below(level.value)) show({ unit, level: level.value });
  else selected.value = unit;
  if (area && !cardsOn.value && tab.value !== ownTab(shown.value?.layer.id ?? "")) tab.value = hotspotsOn.value ? HOTSPOTS : "areas";
}

export function keepPointed(map: MapLibre): void {
  keepHover(map, ground);
  map.on("click", (event) => click(map, event));
}

/** The same on a map that nothing is put on: a click chooses an area. */
export function keepLocked(map: MapLibre, of: ReadonlySignal<Ground | null>): void {
  keepHover(map, of);
  map.on("click", (event) => {
    const area = under(map, event, "area-hit");
    selected.value = area ? String(area.properties["unit"]) : null;
  });
}

function keepHover(map: MapLibre, of: ReadonlySignal<Ground | null>): void {
  map.on("mousemove", (event) => move(map, event, of));
  map.on("mouseout", leave);
}
