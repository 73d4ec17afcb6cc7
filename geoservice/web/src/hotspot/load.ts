/** The code of the map of hotspots: fetched when they are first shown. */

import { effect, untracked } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { Loaded } from "../loaded";
import { hotspotsOn } from "../state";

type Code = typeof import("./view");

export const code = new Loaded<Code>(() => (hotspotsOn.value ? "view" : null), () => import("./view"));

/** Draws the hotspots while they are shown. */
export function keepHotspotMap(map: MapLibre): () => void {
  let stop: (() => void) | null = null;
  const end = (): void => {
    stop?.();
    stop = null;
  };
  const follow = effect(() => {
    const view = code.value.value;
    if (view) stop ??= untracked(() => view.drawHotspots(map));
    else end();
  });
  return () => {
    follow();
    end();
  };
}
