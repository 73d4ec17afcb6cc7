/** What a scenario changes on the map: stations of the release that are edited step back, and lines lead from where they stood. */

import { computed, effect } from "@preact/signals";
import type { GeoJSONSource, LayerSpecification, Map as MapLibre } from "maplibre-gl";
import { palette } from "../map/palette";
import { marks } from "./data";
import { present } from "./choice";

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
  const lines = present.value ? [] : marks.value.flatMap((m) => (m.from ? [[m.from, [m.lon, m.lat] as [number, number]] as const] : []));
  const feature = (geometry: GeoJSON.Geometry): GeoJSON.Feature => ({ type: "Feature", properties: {}, geometry });
  return { type: "FeatureCollection", features: lines.flatMap(([from, to]) => [feature({ type: "LineString", coordinates: [from, to] }), feature({ type: "Point", coordinates: from })]) };
}

const lines = computed((): string => JSON.stringify(moved()));
const marked = computed((): string => JSON.stringify(present.value ? [] : marks.value.map((m) => m.station)));

function drawMoved(map: MapLibre): void {
  const data = JSON.parse(lines.value) as GeoJSON.FeatureCollection;
  const source = map.getSource(SOURCE) as GeoJSONSource | undefined;
  if (source) void source.setData(data);
  else map.addSource(SOURCE, { type: "geojson", data });
  for (const layer of layers()) {
    if (!map.getLayer(layer.id)) map.addLayer(layer, map.getLayer(CIRCLES) ? CIRCLES : undefined);
    for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name as never, value as never);
  }
}

function drawStations(map: MapLibre): void {
  if (map.getLayer(CIRCLES)) map.setFilter(CIRCLES, ["!", ["in", ["get", "unit"], ["literal", JSON.parse(marked.value) as string[]]]]);
}

export function keepDrawn(map: MapLibre): () => void {
  const stops = [effect(() => drawMoved(map)), effect(() => drawStations(map))];
  return () => {
    for (const stop of stops) stop();
    if (map.getLayer(CIRCLES)) map.setFilter(CIRCLES, null);
    for (const { id } of layers()) if (map.getLayer(id)) map.removeLayer(id);
    if (map.getSource(SOURCE)) map.removeSource(SOURCE);
  };
}
