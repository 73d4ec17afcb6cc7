/** The layers of the map that show hotspots: areas by class, and clusters as outlines. */

import type { FilterSpecification, GeoJSONSource, LayerSpecification, Map as MapLibre } from "maplibre-gl";
import { palette } from "../map/palette";
import { hovered, HOTSPOTS, layerOf, selected } from "../state";
import type { Feature } from "../types";
import { coloursOf } from "./classes";
import { CELL } from "./columns";
import { method, unit } from "./choice";
import { marked, outlined, shapes, shownAs, spots } from "./data";

const SPOTS = "hotspot";
const OUTLINES = "hotspot-clusters";
/** The layer that answers to the pointer. */
export const HIT = `${SPOTS}-fill`;
/** Layers of the map that lie above the fill and above the lines, the lowest first. */
const ABOVE_FILL = ["base-path", "base-road", "area-hit", "gaps-fill", "stations-circle", "area-name"];
const ABOVE_LINES = ["area-hit", "gaps-fill", "stations-circle", "area-name"];

const unitIs = (id: string | null): FilterSpecification => ["==", ["get", "unit"], id ?? ""];
const first = (map: MapLibre, ids: readonly string[]): string | undefined => ids.find((id) => map.getLayer(id));

function layers(): [LayerSpecification, readonly string[]][] {
  const { edge, ink, accent, gap, chosenGap } = palette.value;
  const opacity = layerOf(HOTSPOTS)?.style.opacity ?? 1;
  const fine = unit.value === CELL;
  const line = (id: string, source: string, colour: string, width: number, filter?: FilterSpecification): LayerSpecification =>
    ({ id, type: "line", source, paint: { "line-color": colour, "line-width": width }, ...(filter ? { filter } : {}) });
  return [
    [{ id: HIT, type: "fill", source: SPOTS, paint: { "fill-color": ["coalesce", ["get", "colour"], "rgba(0,0,0,0)"], "fill-opacity": opacity, "fill-antialias": false } }, ABOVE_FILL],
    [{ id: `${SPOTS}-dots`, type: "fill", source: SPOTS, filter: ["==", ["get", "shown"], "nobody"], paint: { "fill-pattern": "dots" } }, ABOVE_FILL],
    [line(`${SPOTS}-line`, SPOTS, edge, fine ? 0 : 1.2), ABOVE_LINES],
    [line(`${OUTLINES}-halo`, OUTLINES, edge, 4.5), ABOVE_LINES],
    [line(`${OUTLINES}-line`, OUTLINES, gap, 2), ABOVE_LINES],
    [line(`${OUTLINES}-marked`, OUTLINES, chosenGap, 4.5, unitIs(null)), ABOVE_LINES],
    [line(`${SPOTS}-hover`, SPOTS, ink, 1.6, unitIs(null)), ABOVE_LINES],
    [line(`${SPOTS}-selected-halo`, SPOTS, edge, 5.5, unitIs(null)), ABOVE_LINES],
    [line(`${SPOTS}-selected`, SPOTS, accent, 2.8, unitIs(null)), ABOVE_LINES],
  ];
}

const collection = (features: Feature[]): GeoJSON.FeatureCollection => ({ type: "FeatureCollection", features: features.map((f) => ({ ...f, type: "Feature" })) as GeoJSON.Feature[] });

/** Shapes with the colour of their class; without an answer they have none. */
function coloured(): GeoJSON.FeatureCollection {
  const style = layerOf(HOTSPOTS)!.style;
  const colours = coloursOf(method.value, style);
  const by = new Map((spots.value.value ?? []).map((s) => [s.unit, shownAs(s)]));
  return collection((shapes.value.value ?? []).map((f) => {
    const id = String(f.properties["unit"]);
    const shown = by.get(id) ?? null;
    const colour = typeof shown === "number" ? (colours[shown] ?? null) : shown === null || shown === "nobody" ? null : style.uncertain;
    return { ...f, properties: { unit: id, shown, colour } };
  }));
}

const outlines = (): GeoJSON.FeatureCollection => collection(outlined.value.map((c, id) => ({ id, geometry: c.geometry, properties: { unit: c.unit } })));

function data(map: MapLibre, id: string, features: GeoJSON.FeatureCollection): void {
  const source = map.getSource(id) as GeoJSONSource | undefined;
  if (source) void source.setData(features);
  else map.addSource(id, { type: "geojson", data: features, tolerance: 0.2 });
}

/** Draws all of it anew in the colours of the screen. */
export function drawSpots(map: MapLibre): void {
  data(map, SPOTS, coloured());
  data(map, OUTLINES, outlines());
  for (const [layer, above] of layers()) {
    if (!map.getLayer(layer.id)) map.addLayer(layer, first(map, above));
    for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name as never, value as never);
  }
}

export function drawMarks(map: MapLibre): void {
  const on: [string, string | null][] = [[`${SPOTS}-hover`, hovered.value], [`${SPOTS}-selected`, selected.value], [`${SPOTS}-selected-halo`, selected.value], [`${OUTLINES}-marked`, marked.value?.unit ?? null]];
  for (const [id, of] of on) if (map.getLayer(id)) map.setFilter(id, unitIs(of));
}

export function removeSpots(map: MapLibre): void {
  for (const [{ id }] of layers()) if (map.getLayer(id)) map.removeLayer(id);
  for (const id of [SPOTS, OUTLINES]) if (map.getSource(id)) map.removeSource(id);
}
