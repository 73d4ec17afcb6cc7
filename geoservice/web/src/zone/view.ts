/** All of the tool that draws a zone, fetched when it is opened. */

import type { Map as MapLibre } from "maplibre-gl";
import { closeCard } from "../map/cards";
import { asking } from "./data";
import { keepDrawn } from "./draw";
import { keepPointer } from "./pointer";

export { click } from "./pointer";
export { ZonePanel as Panel } from "./ZonePanel";

export { cancel } from "./choice";

export function draw(map: MapLibre): () => void {
  closeCard();
  const stops = [asking.keep(), ...keepDrawn(map), keepPointer(map)];
  return () => {
    for (const stop of stops) stop();
  };
}
