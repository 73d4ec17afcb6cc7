/** Gives the map the colours of the scheme; those that depend on the choice are set in drawing.ts. */

import { effect } from "@preact/signals";
import type { LayerSpecification, Map as MapLibre } from "maplibre-gl";
import { scheme } from "../scheme";
import { dots } from "./dots";
import { layers } from "./layers";

/** MapLibre's types bind each name to its own values, which a loop over both cannot show. */
function repaint(map: MapLibre, { id, paint }: LayerSpecification): void {
  for (const [name, value] of Object.entries(paint ?? {})) map.setPaintProperty(id, name as never, value as never);
}

export const pixelRatio = (): number => Math.max(1, Math.round(devicePixelRatio));

export function keepScheme(map: MapLibre): () => void {
  let drawn = scheme.value;
  return effect(() => {
    if (scheme.value === drawn) return;
    drawn = scheme.value;
    map.updateImage("dots", dots(pixelRatio()));
    for (const layer of layers()) repaint(map, layer);
  });
}
