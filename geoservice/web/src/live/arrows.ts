/** Places moved by the arrow keys. */

import type { Map as MapLibre } from "maplibre-gl";

const STEP = 10;
const FINE = 1;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Where an arrow key takes a place: ten pixels, with Shift one; null for any other key. */
export function arrowStep(map: MapLibre, at: [number, number], event: KeyboardEvent): [number, number] | null {
  const by = ARROWS[event.key];
  if (!by) return null;
  const size = event.shiftKey ? FINE : STEP;
  const { x, y } = map.project(at);
  return map.unproject([x + by[0] * size, y + by[1] * size]).toArray();
}
