/**
 * The ground of everything that is drawn by area. Tiles show one level at a zoom; the table shows one level at all zooms. So
 * the areas of the level chosen come as features, and only where a release has very many do tiles serve and the level follow the zoom.
 */

import { effect } from "@preact/signals";
import type { GeoJSONSource, Map as MapLibre, SourceSpecification } from "maplibre-gl";
import { fetchItems } from "../api";
import { Loaded } from "../loaded";
import { drawnLevel } from "../flow/choice";
import { layerOf, level } from "../state";
import type { Feature } from "../types";
import { levelAt } from "../zooms";
import { bare, labelPoint } from "./label";

export const AREAS = "coverage";
export const NAMES = "area-names";
const MANY = 4000;

/** Whether areas are drawn from tiles. */
export const baked = (): boolean => (layerOf(AREAS)?.features ?? 0) > MANY;

export const areaSource = (): SourceSpecification => ({
  type: "geojson",
  data: { type: "FeatureCollection", features: [] },
  promoteId: "unit",
  tolerance: 0.2,
});

/** Where a style layer or a feature state finds the areas. */
export const placeOf = (): { source: string; "source-layer"?: string } =>
  baked() ? { source: "areas", "source-layer": AREAS } : { source: "areas" };

const collection = (features: Feature[]): GeoJSON.FeatureCollection =>
  ({ type: "FeatureCollection", features: features.map((f) => ({ ...f, type: "Feature" })) }) as GeoJSON.FeatureCollection;

/** The base map does not name again what is named as an area. */
function leaveOut(map: MapLibre, features: Feature[]): void {
  const named = features.flatMap((f) => [f.properties["name_zh"], f.properties["name_en"]].filter((n) => typeof n === "string"));
  const known = [...new Set(named.flatMap((n) => [n, bare(n)]))];
  if (map.getLayer("base-place")) map.setFilter("base-place", ["!", ["in", ["coalesce", ["get", "name"], ""], ["literal", known]]]);
}

/** The areas of the level drawn with their shapes. */
export const shapes = new Loaded(
  () => (layerOf(AREAS) && !baked() ? drawnLevel.value : null),
  () => fetchItems(AREAS, { geography: drawnLevel.value, properties: "geography,unit,name_zh,name_en" }),
);

function draw(map: MapLibre, features: Feature[]): void {
  void (map.getSource("areas") as GeoJSONSource | undefined)?.setData(collection(features));
  const points = features.flatMap((f) => {
    const at = f.geometry && labelPoint(f.geometry);
    return at ? [{ ...f, geometry: { type: "Point" as const, coordinates: at } }] : [];
  });
  void (map.getSource(NAMES) as GeoJSONSource | undefined)?.setData(collection(points));
  leaveOut(map, features);
}

/** Draws the shapes of the areas that {@link keepAreas} loads. */
export const drawAreas = (map: MapLibre): (() => void) => effect(() => draw(map, shapes.value.value ?? []));

export function keepAreas(map: MapLibre): (() => void)[] {
  if (layerOf(AREAS) && baked()) {
    const follow = (): void => void (level.value = levelAt(layerOf(AREAS)?.zooms ?? {}, map.getZoom()) ?? level.value);
    map.on("zoomend", follow);
    follow();
  }
  return [shapes.keep(), drawAreas(map)];
}
