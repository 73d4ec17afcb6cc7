/** Flies to what is chosen in the table. */

import type { Map as MapLibre } from "maplibre-gl";
import { fetchItems } from "../api";
import { AREAS } from "./areas";
import { calm, extent, room, type Box } from "./build";

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
export const setMap = (map: MapLibre): void => void (here = map);

const fly = (box: Box): unknown => here?.fitBounds(box, { padding: room(), maxZoom: 15, duration: calm() ? 0 : 900 });

export const flyHome = (): unknown => fly(extent());
export const zoomBy = (step: number): unknown => here?.zoomTo(here.getZoom() + step, { duration: calm() ? 0 : 250 });
export const flyToGeometry = (geometry: GeoJSON.Geometry): unknown => fly(boxOf(geometry));

export async function flyToArea(geography: string, unit: string): Promise<void> {
  const [area] = await fetchItems(AREAS, { geography, unit, properties: "unit", limit: 1 });
  if (area?.geometry) fly(boxOf(area.geometry));
}
