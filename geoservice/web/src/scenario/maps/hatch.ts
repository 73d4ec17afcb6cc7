/** Hatching of areas whose difference is smaller than its margin: told from any class without its colour as well. */

import { effect } from "@preact/signals";
import type { FilterSpecification, Map as MapLibre } from "maplibre-gl";
import { drawnLevel } from "../../flow/choice";
import { uncertain, kindOf } from "../../number";
import { placeOf } from "../../map/areas";
import { changeShown, ground } from "../../map/ground";
import { both, level, NOWHERE } from "../../map/paint";
import { pixelRatio } from "../../map/repaint";
import { scheme } from "../../scheme";
import { HATCH } from "./classes";

const LAYER = "change-hatch";
const IMAGE = "hatch";
/** The lowest of these that the map has lies above the hatching. */
const ABOVE = ["base-path", "base-road", "coverage-line", "area-hit"];

/** Lines from bottom left to top right, 8 pixels apart. */
function hatch(ratio: number): ImageData {
  const side = Math.round(8 * ratio);
  const pixels = new ImageData(side, side);
  const [r, g, b] = HATCH[scheme.value];
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) if ((x + y) % side < 1.6 * ratio) pixels.data.set([r, g, b, 255], 4 * (y * side + x));
  return pixels;
}

/** Units whose difference says no more than that it is below its margin. */
function doubtful(): string[] {
  const found = changeShown.value ? ground.value : null;
  return found ? [...found.numbers].flatMap(([unit, n]) => (n.status === "uncertain" || uncertain(kindOf(found.measure), n.value, n.margin) ? [unit] : [])) : [];
}

/** Hatches them until the function that comes back is called. */
export function keepHatch(map: MapLibre): () => void {
  const filter = (): FilterSpecification => {
    const units = doubtful();
    return units.length ? both(level(drawnLevel.value), ["in", ["get", "unit"], ["literal", units]]) : NOWHERE;
  };
  map.addImage(IMAGE, hatch(pixelRatio()), { pixelRatio: pixelRatio() });
  map.addLayer({ id: LAYER, type: "fill", ...placeOf(), filter: NOWHERE, paint: { "fill-pattern": IMAGE } }, ABOVE.find((id) => map.getLayer(id)));
  const stops = [
    effect(() => {
      void scheme.value;
      map.updateImage(IMAGE, hatch(pixelRatio()));
    }),
    effect(() => void map.setFilter(LAYER, filter())),
  ];
  return () => {
    for (const stop of stops) stop();
    map.removeLayer(LAYER);
    map.removeImage(IMAGE);
  };
}
