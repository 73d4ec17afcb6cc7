/** Which parts of the map could not be had: its style, and tiles of each source. */

import { signal } from "@preact/signals";
import type { ErrorEvent, Map as MapLibre } from "maplibre-gl";
import type { Problem } from "../loaded";

/** Sources with a tile that failed. */
export const failedSources = signal<ReadonlySet<string>>(new Set());
/** Why there is no map at all. */
export const noMap = signal<Problem | null>(null);

let here: MapLibre | null = null;

export function keepFaults(map: MapLibre): void {
  here = map;
  map.on("error", (event: ErrorEvent & { sourceId?: string }) => {
    if (event.sourceId) failedSources.value = new Set([...failedSources.value, event.sourceId]);
    else console.error(event.error);
  });
}

export function retryTiles(): void {
  const sources = failedSources.value;
  failedSources.value = new Set();
  for (const id of sources) here?.refreshTiles(id);
}
