/** Isochrones on the map: filled outlines, one on the other, the longest below, and the place that can be dragged. */

import { effect } from "@preact/signals";
import type { LayerSpecification, Map as MapLibre } from "maplibre-gl";
import { t } from "../i18n";
import { keepGrips, type Grip } from "../live/grips";
import { featureOf, keepSource } from "../live/source";
import { FONT } from "../map/basemap";
import { palette } from "../map/palette";
import { putPlace } from "./choice";
import { drag, isochrones, position, stationName } from "./data";

const SOURCE = "isochrones";
/** Dashes of the outlines, from the shortest time to the longest; the legend has the same. */
const DASHES = [[1, 0], [4, 1.6], [1.2, 1.4]];

function layers(): LayerSpecification[] {
  const { accent, edge, ink, halo } = palette.value;
  const lines = DASHES.map((dashes, i) => ({ id: `isochrone-line-${i}`, type: "line", source: SOURCE, filter: ["==", ["get", "rank"], i], paint: { "line-color": accent, "line-width": 2.2, "line-dasharray": dashes } }));
  return [
    { id: "isochrone-fill", type: "fill", source: SOURCE, paint: { "fill-color": accent, "fill-opacity": 0.16 } },
    { id: "isochrone-halo", type: "line", source: SOURCE, paint: { "line-color": edge, "line-width": 4.4, "line-opacity": 0.8 } },
    ...lines,
    {
      id: "isochrone-name", type: "symbol", source: SOURCE,
      layout: { "symbol-placement": "line", "text-field": ["get", "text"], "text-font": FONT, "text-size": 12, "symbol-spacing": 320 },
      paint: { "text-color": ink, "text-halo-color": halo, "text-halo-width": 1.8 },
    },
  ] as LayerSpecification[];
}

function shapes(): GeoJSON.FeatureCollection {
  const features = isochrones.value.map(({ minutes, geometry }, rank) => featureOf(geometry, { minutes, rank, text: `${minutes}${t("unit.min")}` }));
  return { type: "FeatureCollection", features: features.reverse() };
}

function grips(): Grip[] {
  if (!position.value) return [];
  const [lon, lat] = position.value;
  const label = stationName.value ? t("isochrone.grip_station", { name: stationName.value }) : t("isochrone.grip");
  return [{ id: "place", lon, lat, kind: "place", label }];
}

/** A place that an address names may be out of sight. */
function keepInSight(map: MapLibre): () => void {
  let first = true;
  return effect(() => {
    if (!position.value || !first) return;
    first = false;
    if (!map.getBounds().contains(position.value)) map.jumpTo({ center: position.value });
  });
}

export const keepDrawn = (map: MapLibre): (() => void)[] =>
  [keepSource(map, SOURCE, shapes, layers), keepGrips(map, grips, { move: (_, lon, lat) => putPlace(lon, lat) }, drag), keepInSight(map)];
