/** What of the map the flows take up. */

import { effect, untracked } from "@preact/signals";
import { flyHome, flyToBox, frame } from "../map/flight";
import { narrow } from "../layout";
import { extent } from "../map/build";
import { FLOWS, layerOf } from "../state";
import { arriving, fineZoom, lastZoom } from "./choice";
import { flows, lines } from "./data";
import { boxOfFlows } from "./flows";

/** Room for the names at the ends of lines, and for the map's buttons. */
const room = () => ({ top: 40, bottom: 44, left: narrow.value ? 28 : 64, right: narrow.value ? 72 : 56 });

/** Moves the map to all lines, as far as it may without the level following it. */
export function showAll(): void {
  const box = boxOfFlows(lines.value);
  if (box) flyToBox(box, { padding: room(), maxZoom: lastZoom.value });
}

/** Moves the map to all that the layer has, since most origins are far from the study, and then to the first lines that come. */
export function showFirst(): () => void {
  arriving.value = false;
  const box = layerOf(FLOWS)?.bbox;
  if (box) flyToBox(box, { padding: room(), maxZoom: Math.min(fineZoom.value, 6) - 0.05, duration: 0 });
  let first = true;
  return effect(() => {
    if (!first || flows.value.value === null) return;
    first = false;
    untracked(showAll);
  });
}

/** Whether the study is too small on the map for a layer of it to be seen. */
export function farAway(): boolean {
  const seen = frame.value?.box;
  const [west, , east] = extent();
  return seen !== undefined && seen[2] - seen[0] > 12 * (east - west);
}

export const comeHome = (): void => void (farAway() && flyHome());
