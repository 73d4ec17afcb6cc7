/** The stations of a scenario on a map that shows it without its markers: new, moved and closed ones. */

import { effect } from "@preact/signals";
import type { LayerSpecification, Map as MapLibre } from "maplibre-gl";
import { featureOf, keepSource } from "../../live/source";
import { palette } from "../../map/palette";
import { edits, elsewhere, locked } from "../choice";
import { dragging, marksOf, type Marked } from "../data";
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

/** Of the map that is edited: beneath its markers, which are not on paper, and would run ahead of what is drawn in a drag. */
const beneath = (): Marked[] => (locked.value || dragging.value ? [] : marksOf(edits.value));

/** Draws the scenario on the map of the page: the second of two that are compared, or the one that is edited. */
export const keepSecond = (map: MapLibre): (() => void) => keepSource(map, SOURCE, () => featuresOf(elsewhere.value ? marksOf(sideEdits(1)) : beneath()), layers);

/** Draws the first scenario on the map beside it. */
export function keepFirst(map: MapLibre): () => void {
  const marks = (): Marked[] => marksOf(sideEdits(0));
  const stops = [keepSource(map, SOURCE, () => featuresOf(marks()), layers), effect(() => hideStations(map, marks().map((m) => m.station)))];
  return () => {
    for (const stop of stops) stop();
  };
}
