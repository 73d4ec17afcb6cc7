/** What a scenario changes on the map: stations of the release that are edited step back, and lines lead from where they stood. */

import { computed, effect } from "@preact/signals";
import type { LayerSpecification, Map as MapLibre } from "maplibre-gl";
import { featureOf, keepSource } from "../live/source";
import { palette } from "../map/palette";
import { elsewhere, locked } from "./choice";
import { marks, marksOf } from "./data";
import { sideEdits } from "./maps/data";

const SOURCE = "scenario";
const CIRCLES = "stations-circle";

function layers(): LayerSpecification[] {
  const { accent, edge } = palette.value;
  return [
    { id: "scenario-line", type: "line", source: SOURCE, filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": accent, "line-width": 2, "line-dasharray": [2, 1.5] } },
    { id: "scenario-from", type: "circle", source: SOURCE, filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 5, "circle-color": edge, "circle-stroke-color": accent, "circle-stroke-width": 2 } },
  ];
}

function moved(): GeoJSON.FeatureCollection {
  const lines = locked.value ? [] : marks.value.flatMap((m) => (m.from ? [[m.from, [m.lon, m.lat] as [number, number]] as const] : []));
  return { type: "FeatureCollection", features: lines.flatMap(([from, to]) => [featureOf({ type: "LineString", coordinates: [from, to] }), featureOf({ type: "Point", coordinates: from })]) };
}

const marked = computed((): string => JSON.stringify((elsewhere.value ? marksOf(sideEdits(1)) : locked.value ? [] : marks.value).map((m) => m.station)));

/** Leaves out stations of the release that a scenario draws itself. */
export function hideStations(map: MapLibre, units: readonly string[]): void {
  if (map.getLayer(CIRCLES)) map.setFilter(CIRCLES, ["!", ["in", ["get", "unit"], ["literal", [...units]]]]);
}

export function keepDrawn(map: MapLibre): () => void {
  const stops = [keepSource(map, SOURCE, moved, layers), effect(() => hideStations(map, JSON.parse(marked.value) as string[]))];
  return () => {
    for (const stop of stops) stop();
    if (map.getLayer(CIRCLES)) map.setFilter(CIRCLES, null);
  };
}
