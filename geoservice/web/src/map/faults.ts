/** Which parts of the map could not be had: its style, and tiles of each source. */

import { signal } from "@preact/signals";
import type { ErrorEvent, Map as MapLibre } from "maplibre-gl";
import type { Problem } from "../loaded";

interface Tile {
  x: number;
  y: number;
  z: number;
}

/** The tiles that failed, by source. */
export const failedTiles = signal<ReadonlyMap<string, readonly Tile[]>>(new Map());
/** Why there is no map at all. */
export const noMap = signal<Problem | null>(null);

let here: MapLibre | null = null;

type TileError = ErrorEvent & { sourceId?: string; tile?: { tileID: { canonical: Tile } } };

export function keepFaults(map: MapLibre): void {
  here = map;
  map.on("error", ({ sourceId, tile, error }: TileError) => {
    if (!sourceId || !tile) return console.error(error);
    const { x, y, z } = tile.tileID.canonical;
    failedTiles.value = new Map([...failedTiles.value, [sourceId, [...(failedTiles.value.get(sourceId) ?? []), { x, y, z }]]]);
  });
}

export function retryTiles(): void {
  const tiles = failedTiles.value;
  failedTiles.value = new Map();
  for (const [source, failed] of tiles) here?.refreshTiles(source, [...failed]);
}
