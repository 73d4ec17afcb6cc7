/** All of the tool that draws a zone, fetched when it is opened. */

import type { Map as MapLibre } from "maplibre-gl";
import { closeCard } from "../map/cards";
import { boxOf, flyToBox } from "../map/flight";
import { zone } from "./choice";
import { asking } from "./data";
import { keepDrawn } from "./draw";
import { keepPointer } from "./pointer";
import { geojsonOf } from "./shape";

export { cancel } from "./choice";
export { click } from "./pointer";
export { ZonePanel as Panel } from "./ZonePanel";

/** A zone that an address names, or one of before, may be out of sight. */
function reveal(map: MapLibre): void {
  const box = zone.value && boxOf(geojsonOf(zone.value).geometry);
  const seen = map.getBounds();
  if (box && !(seen.contains([box[0], box[1]]) && seen.contains([box[2], box[3]]))) flyToBox(box);
}

export function draw(map: MapLibre): () => void {
  closeCard();
  reveal(map);
  const stops = [asking.keep(), ...keepDrawn(map), keepPointer(map)];
  return () => {
    for (const stop of stops) stop();
  };
}
