/** Which parts of the map could not be had: its style, and tiles of each source. */

import { signal } from "@preact/signals";
import type { ErrorEvent, Map as MapLibre } from "maplibre-gl";
import type { Problem } from "../loaded";

interface Tile {
  x: number;
  y: number;
  z: number;
}

interface Failure {
  tiles: readonly Tile[];
  problem: Problem;
}

/** The tiles that failed and why the last of them did, by source. */
export const failedTiles = signal<ReadonlyMap<string, Failure>>(new Map());
/** Why there is no map at all. */
export const noMap = signal<Problem | null>(null);

const maps = new Set<MapLibre>();

export function noteFailure(source: string, tile: Tile, problem: Problem): void {
  const tiles = [...(failedTiles.value.get(source)?.tiles ?? []), tile];
  failedTiles.value = new Map([...failedTiles.value, [source, { tiles, problem }]]);
}

/** Notes what fails on a map until the function that comes back is called. */
export function keepFaults(map: MapLibre): () => void {
  maps.add(map);
  map.on("error", (event: ErrorEvent & { tile?: unknown }) => {
    if (!event.tile) console.error(event.error);
  });
  return () => void maps.delete(map);
}

export function retryTiles(): void {
  const failed = failedTiles.value;
  failedTiles.value = new Map();
  for (const [source, { tiles }] of failed) for (const map of maps) if (map.getSource(source)) map.refreshTiles(source, [...tiles]);
}
