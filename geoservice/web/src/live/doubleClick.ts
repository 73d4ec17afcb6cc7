/** Double clicks that zoom, switched off as long as something on the map takes single clicks. */

import type { Map as MapLibre } from "maplibre-gl";

let holders = 0;

/** Keeps double clicks from zooming until the function that comes back is called; a scenario and a tool may both do so. */
export function holdDoubleClick(map: MapLibre): () => void {
  holders++;
  map.doubleClickZoom.disable();
  return () => {
    holders--;
    if (holders === 0) map.doubleClickZoom.enable();
  };
}
