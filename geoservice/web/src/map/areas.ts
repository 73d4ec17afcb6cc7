/**
 * The ground of everything that is drawn by area: the areas that the table lists. They come as features with their shapes and,
 * where a study has very many, as tiles that the server draws of these areas alone, with no more than their names. A copy has no
 * such tiles: those of its archives hold one level a zoom, with all areas of it.
 */

import { computed, effect } from "@preact/signals";
import type { GeoJSONSource, Map as MapLibre, MapSourceDataEvent, SourceSpecification, VectorTileSource } from "maplibre-gl";
import { fetchItems, type Query } from "../api";
import { isCopy } from "../copy";
import { drawnLevel } from "../flow/choice";
import { Loaded } from "../loaded";
import { scope } from "../scope";
import { AREAS, flowsOn, layerOf, wide } from "../state";
import type { Feature, Layer } from "../types";
import { bare, largestPart } from "./label";
import { AREA_SOURCE, tilesOf } from "./tiles";

export const NAMES = "area-names";
const PROPERTIES = "geography,unit,name_zh,name_en";

/** The areas drawn: those shown, or those that flows lead into. */
const drawn = computed((): Query | null => (flowsOn.value ? { geography: drawnLevel.value } : scope.value));

const tiled = computed((): boolean => wide.value && !isCopy);

/** The tiles of areas that a query selects. */
const tilesFor = ({ geography = "", ...part }: Query) => tilesOf(AREA_SOURCE, { ...part, filter: `geography='${geography}'`, properties: PROPERTIES });

const noFeatures = (): SourceSpecification => ({ type: "geojson", data: collection([]), promoteId: "unit", tolerance: 0.2 });

/** The sources of areas and of their names. */
export const areaSources = ({ minzoom, maxzoom }: Layer): Record<string, SourceSpecification> => ({
  [NAMES]: noFeatures(),
  [AREA_SOURCE]: tiled.value ? { ...tilesFor(drawn.value ?? {}), minzoom, maxzoom, promoteId: "unit" } : noFeatures(),
});

/** Where a style layer or a feature state finds the areas. */
export const placeOf = (): { source: string; "source-layer"?: string } =>
  tiled.value ? { source: AREA_SOURCE, "source-layer": AREAS } : { source: AREA_SOURCE };

const collection = (features: readonly Feature[]): GeoJSON.FeatureCollection =>
  ({ type: "FeatureCollection", features: features.map((f) => ({ ...f, type: "Feature" })) }) as GeoJSON.FeatureCollection;

/** The base map does not name again what is named as an area. */
function leaveOut(map: MapLibre, features: readonly Feature[]): void {
  const named = features.flatMap((f) => [f.properties["name_zh"], f.properties["name_en"]].filter((n) => typeof n === "string"));
  const known = [...new Set(named.flatMap((n) => [n, bare(n)]))];
  if (map.getLayer("base-place")) map.setFilter("base-place", ["!", ["in", ["coalesce", ["get", "name"], ""], ["literal", known]]]);
}

/** The areas drawn with their shapes. */
export const shapes = new Loaded(
  () => (layerOf(AREAS) && !tiled.value && drawn.value ? JSON.stringify(drawn.value) : null),
  () => fetchItems(AREAS, { ...drawn.value, properties: PROPERTIES }),
);

function drawNames(map: MapLibre, features: readonly Feature[]): void {
  const points = features.flatMap((f) => {
    const part = f.geometry && largestPart(f.geometry);
    return part ? [{ ...f, geometry: { type: "Point" as const, coordinates: part.at } }] : [];
  });
  void (map.getSource(NAMES) as GeoJSONSource | undefined)?.setData(collection(points));
  leaveOut(map, features);
}

function draw(map: MapLibre, features: readonly Feature[]): void {
  void (map.getSource(AREA_SOURCE) as GeoJSONSource | undefined)?.setData(collection(features));
  drawNames(map, features);
}

const sizeOf = ({ geometry }: Feature): number => (geometry && largestPart(geometry)?.size) ?? 0;

/** The largest piece of each area in the tiles that are there. */
function pieces(map: MapLibre): Feature[] {
  const largest = new Map<string, Feature>();
  for (const { properties, geometry } of map.querySourceFeatures(AREA_SOURCE, { sourceLayer: AREAS })) {
    const piece: Feature = { id: 0, properties: { ...properties }, geometry }; // a copy: the worker takes no object without a class
    const known = largest.get(String(properties["unit"]));
    if (!known || sizeOf(known) < sizeOf(piece)) largest.set(String(properties["unit"]), piece);
  }
  return [...largest.values()];
}

/** Asks for the tiles of the areas drawn, and names the areas once the tiles are there. */
function keepTiles(map: MapLibre): () => void {
  let named = "";
  let changed = true; // reading shapes out of tiles takes time, and a move of the slider changes none
  const moved = (): boolean => (changed = true);
  const loaded = ({ sourceId }: MapSourceDataEvent): boolean => (changed ||= sourceId === AREA_SOURCE);
  const name = (): void => {
    if (!changed) return;
    changed = false;
    const found = pieces(map);
    const now = JSON.stringify(found.map((f) => [f.properties["unit"], sizeOf(f)]));
    if (now !== named) drawNames(map, found);
    named = now;
  };
  map.on("sourcedata", loaded);
  map.on("moveend", moved);
  map.on("idle", name);
  const stop = effect(() => {
    if (!drawn.value) return; // until it is known which
    const [source, { tiles }] = [map.getSource<VectorTileSource>(AREA_SOURCE), tilesFor(drawn.value)];
    const now = source?.tiles as string[] | undefined; // none until the source has been loaded
    if (!source || now?.[0] === tiles[0]) return;
    if (!now) return void source.setTiles(tiles);
    source.tiles = tiles;
    // after the next frame: filters that it takes in have tiles parsed again, which passes over a change of their address
    map.once("render", () => map.refreshTiles(AREA_SOURCE));
    map.triggerRepaint();
  });
  return () => {
    map.off("sourcedata", loaded);
    map.off("moveend", moved);
    map.off("idle", name);
    stop();
  };
}

/** Draws the areas that {@link keepAreas} loads. */
export const drawAreas = (map: MapLibre): (() => void) => (tiled.value ? keepTiles(map) : effect(() => draw(map, shapes.value.value ?? [])));

export const keepAreas = (map: MapLibre): (() => void)[] => [shapes.keep(), drawAreas(map)];
