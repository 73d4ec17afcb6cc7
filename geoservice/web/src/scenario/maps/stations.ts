/** The stations of a scenario on a map that shows it without its markers: new, moved and closed ones. */

import { effect } from "@preact/signals";
import type { LayerSpecification, Map as MapLibre } from "maplibre-gl";
import { featureOf, keepSource } from "../../live/source";
import { palette } from "../../map/palette";
import { elsewhere } from "../choice";
import { marksOf, type Marked } from "../data";
import { hideStations } from "../draw";
import { sideEdits } from "./data";

const SOURCE = "compared-stations";

function layers(): LayerSpecification[] {
  const { accent, edge, gap } = palette.value;
  const closed = ["==", ["get", "kind"], "closed"];
  const paint = { "circle-radius": 7, "circle-color": ["case", closed, edge, accent], "circle-stroke-width": 2, "circle-stroke-color": ["case", closed, gap, edge] };
  return [{ id: SOURCE, type: "circle", source: SOURCE, paint } as LayerSpecification];
}

const featuresOf = (marks: readonly Marked[]): GeoJSON.FeatureCollection =>
  ({ type: "FeatureCollection", features: marks.map((m) => featureOf({ type: "Point", coordinates: [m.lon, m.lat] }, { kind: m.kind })) });

/** Draws the second scenario on the first map of the page as long as that is not the one with markers. */
export const keepSecond = (map: MapLibre): (() => void) => keepSource(map, SOURCE, () => featuresOf(elsewhere.value ? marksOf(sideEdits(1)) : []), layers);

/** Draws the first scenario on the map beside it. */
export function keepFirst(map: MapLibre): () => void {
  const marks = (): Marked[] => marksOf(sideEdits(0));
  const stops = [keepSource(map, SOURCE, () => featuresOf(marks()), layers), effect(() => hideStations(map, marks().map((m) => m.station)))];
  return () => {
    for (const stop of stops) stop();
  };
}
