/** All of the map of hotspots, fetched when it is opened. */

import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { keepHotspots } from "./data";
import { drawMarks, drawSpots, removeSpots } from "./draw";
import { IN_WORDS } from "./HotspotPanel";

export { query } from "./data";
export { HotspotLegend } from "./HotspotLegend";
export { HotspotPanel } from "./HotspotPanel";
export { HotspotTip } from "./HotspotTip";

/** Draws the hotspots on a map until the function that comes back is called. */
export function drawHotspots(map: MapLibre): () => void {
  const stops = [...keepHotspots(), effect(() => drawSpots(map)), effect(() => drawMarks(map))];
  map.getCanvas().setAttribute("aria-describedby", IN_WORDS);
  return () => {
    for (const stop of stops) stop();
    removeSpots(map);
    map.getCanvas().removeAttribute("aria-describedby");
  };
}
