/** The code of the map of hotspots: fetched when they are first shown. */

import type { Map as MapLibre } from "maplibre-gl";
import { Loaded } from "../loaded";
import { keepView } from "../map/view";
import { hotspotsOn } from "../state";

type Code = typeof import("./view");

export const code = new Loaded<Code>(() => (hotspotsOn.value ? "view" : null), () => import("./view"));

/** Draws the hotspots while they are shown. */
export const keepHotspotMap = (map: MapLibre): (() => void) => keepView(code, (view) => view.drawHotspots(map));
