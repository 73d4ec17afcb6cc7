/** All of the tool that draws a zone, fetched when it is opened. */

import type { Map as MapLibre } from "maplibre-gl";
import { closeCard } from "../map/cards";
import { boxOf } from "../map/flight";
import { reveal } from "../map/room";
import { zone } from "./choice";
import { asking } from "./data";
import { keepDrawn } from "./draw";
import { keepPointer } from "./pointer";
import { geojsonOf } from "./shape";

export { cancel } from "./choice";
export { click } from "./pointer";
export { ZonePanel as Panel } from "./ZonePanel";

export function draw(map: MapLibre): () => void {
  closeCard();
  if (zone.value) reveal(map, boxOf(geojsonOf(zone.value).geometry)); // one that an address names, or one of before
  const stops = [asking.keep(), ...keepDrawn(map), keepPointer(map)];
  return () => {
    for (const stop of stops) stop();
  };
}
