/** Shows a place that was found: the map moves there and marks it, and an area of the study is chosen. */

import { batch } from "@preact/signals";
import { fetchSome, type PlaceFeature } from "../api";
import { narrow, sheet } from "../layout";
import { boxOf, flyToBox } from "../map/flight";
import type { Box } from "../map/build";
import { AREAS, layerOf, level, parent, selected, study, tab, wide } from "../state";
import type { Feature } from "../types";
import { found, put } from "./choice";

/** Half of what is shown around a place of unknown size, in degrees. */
const AROUND = 0.004;

/** The area of the study that a place is, if it is one. */
async function areaOf({ properties }: PlaceFeature): Promise<Feature | null> {
  const { kind, level: geography, code } = properties;
  if (kind !== "area" || !code || !geography || !study.value.levels.includes(geography) || !layerOf(AREAS)) return null;
  const [area] = await fetchSome(AREAS, { geography, unit: code, properties: "unit,parent", limit: 1 }).catch(() => []);
  return area ?? null;
}

function boxAround([lon, lat]: [number, number]): Box {
  return [lon - AROUND, lat - AROUND, lon + AROUND, lat + AROUND];
}

/** Returns whether the place could be shown: the position of some is unknown. */
export async function show(place: PlaceFeature): Promise<boolean> {
  const area = await areaOf(place);
  const at = place.geometry?.coordinates ?? null;
  if (!area?.geometry && !at) return false;
  batch(() => {
    if (at) put(at[0], at[1], place.properties.name);
    else found.value = null;
    if (!area) return;
    const above = area.properties["parent"];
    if (wide.value || parent.value !== null) parent.value = above ? String(above) : null;
    level.value = String(place.properties.level);
    selected.value = String(area.properties["unit"]);
    tab.value = "areas";
    if (narrow.value && sheet.value === "low") sheet.value = "half";
  });
  flyToBox(area?.geometry ? boxOf(area.geometry) : (place.bbox ?? boxAround(at!)));
  return true;
}
