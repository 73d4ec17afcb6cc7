/** Moves the map to an area of the hotspots, with room for its neighbours: its class is one among them. */

import { narrow } from "../layout";
import { boxOf, flyToBox } from "../map/flight";
import { shapes } from "./data";

export function flyToSpot(unit: string): void {
  const geometry = shapes.value.value?.find((f) => f.properties["unit"] === unit)?.geometry;
  if (geometry) flyToBox(boxOf(geometry), { padding: narrow.value ? 50 : 150 });
}
