/** Moves the map to what is chosen, and keeps its place in the address. */

import { effect, signal } from "@preact/signals";
import type { FitBoundsOptions, Map as MapLibre } from "maplibre-gl";
import { fetchItems } from "../api";
import { AREAS, level, parent, selected, view } from "../state";
import { shapes } from "./areas";
import { calm, extent, FITTED, type Box } from "./build";

export function boxOf(geometry: GeoJSON.Geometry): Box {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  const visit = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    const [x, y] = part as unknown[];
    if (typeof x !== "number" || typeof y !== "number") return part.forEach(visit);
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  };
  if (geometry.type === "GeometryCollection") geometry.geometries.forEach((g) => visit("coordinates" in g ? g.coordinates : []));
  else visit(geometry.coordinates);
  return box;
}

let here: MapLibre | null = null;
/** What the map shows, in degrees, and how large it is in pixels. */
export const frame = signal<{ box: Box; width: number; height: number } | null>(null);

/** Raised by whatever moves the map: an answer that comes after a later move is dropped. */
let turn = 0;

function fly(box: Box, options: FitBoundsOptions = {}): void {
  turn++;
  here?.fitBounds(box, { ...FITTED, duration: calm() ? 0 : 900, ...options });
}

export const flyToBox = fly;
export const flyHome = (): unknown => fly(extent());
export const zoomBy = (step: number): unknown => here?.zoomTo(here.getZoom() + step, { duration: calm() ? 0 : 250 });
export const flyToGeometry = (geometry: GeoJSON.Geometry): unknown => fly(boxOf(geometry));
export const moveBy = (x: number, y: number): unknown => here?.panBy([x, y], { duration: calm() ? 0 : 250 });

/** The box of an area, of any level without one; null where there is no answer. */
async function boxOfArea(geography: string | null, unit: string): Promise<Box | null> {
  const drawn = shapes.value.value?.find(({ properties: p }) => p["unit"] === unit && p["geography"] === geography);
  const [area] = drawn ? [drawn] : await fetchItems(AREAS, { ...(geography === null ? {} : { geography }), unit, properties: "unit", limit: 1 }).catch(() => []);
  return area?.geometry ? boxOf(area.geometry) : null;
}

/** Shows an area. Without an answer the map stays where it is: the table has the numbers. */
export async function flyToArea(geography: string | null, unit: string): Promise<void> {
  const mine = ++turn;
  const box = await boxOfArea(geography, unit);
  if (mine === turn && box) fly(box);
}

/** Where the map begins: on the area that is chosen, or else on the one that is open, or on all of the study. */
export async function firstBox(): Promise<Box> {
  if (view.value) return extent();
  if (selected.value !== null) return (await boxOfArea(level.value, selected.value)) ?? extent();
  return (parent.value === null ? null : await boxOfArea(null, parent.value)) ?? extent();
}

/** Shows after a change of the map's size what it showed before: all of the study, or else as much of it by another zoom. */
export function refit(step: number): void {
  const [[west, south, east, north], seen] = [extent(), frame.value?.box];
  if (!seen || seen[0] > west || seen[1] > south || seen[2] < east || seen[3] < north) return void zoomBy(step);
  here?.once("resize", () => fly([west, south, east, north], { duration: 0 }));
}

const round = (value: number, places: number): number => Number(value.toFixed(places));

function place(map: MapLibre): NonNullable<typeof view.value> {
  const { lng, lat } = map.getCenter();
  return { zoom: round(map.getZoom(), 2), lat: round(lat, 5), lon: round(lng, 5) };
}

function noteFrame(map: MapLibre): void {
  const { clientWidth: width, clientHeight: height } = map.getContainer();
  const [[west, south], [east, north]] = map.getBounds().toArray();
  frame.value = { box: [west, south, east, north], width, height };
}

export function keepPlace(map: MapLibre): () => void {
  here = map;
  const moved = (): void => {
    noteFrame(map);
    const now = place(map);
    if (JSON.stringify(now) !== JSON.stringify(view.value)) view.value = now;
  };
  map.on("moveend", moved);
  map.on("resize", () => noteFrame(map));
  moved();
  const back = (): unknown => turn++;
  window.addEventListener("popstate", back);
  const stop = effect(() => {
    const wanted = view.value;
    if (wanted && JSON.stringify(wanted) !== JSON.stringify(place(map))) map.jumpTo({ center: [wanted.lon, wanted.lat], zoom: wanted.zoom });
  });
  return () => {
    window.removeEventListener("popstate", back);
    stop();
  };
}
