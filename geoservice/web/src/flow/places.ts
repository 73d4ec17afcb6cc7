/** The ends of the lines on the map: a dot and a name for each, with room for the larger ones first. */

import type { GeoJSONSource, LayerSpecification, Map as MapLibre } from "maplibre-gl";
import { FONT, nameOf } from "../map/basemap";
import { placeOf } from "../map/areas";
import { level as ofLevel } from "../map/paint";
import { palette } from "../map/palette";
import type { Language } from "../types";
import { layerOf } from "../state";
import { drawnLevel } from "./choice";
import { endsOf, type Flow } from "./flows";

const SOURCE = "flow-places";
const DOT = "flow-places-circle";
const AREAS = "flow-areas";
const NAME = "flow-places-name";
/** The lines lie under the dots at their ends. */
export const ABOVE_LINES = DOT;
/** The map's own names of areas, which lie on top and go first where names are in each other's way. */
const AREA_NAME = "area-name";

/** Areas as outlines: numbers of areas would be covered by the lines. */
const outlines = (): LayerSpecification => ({
  id: AREAS,
  type: "line",
  ...placeOf(),
  filter: ofLevel(drawnLevel.value),
  paint: { "line-color": palette.value.boundary, "line-width": 1 },
} as LayerSpecification);

const layers = (language: Language): LayerSpecification[] => [
  ...(layerOf("coverage") ? [outlines()] : []),
  {
    id: DOT,
    type: "circle",
    source: SOURCE,
    paint: {
      "circle-radius": ["case", ["get", "origin"], 3, 4.5],
      "circle-color": ["case", ["get", "origin"], palette.value.edge, palette.value.accent],
      "circle-stroke-width": 1.4,
      "circle-stroke-color": ["case", ["get", "origin"], palette.value.accent, palette.value.edge],
    },
  },
  {
    id: NAME,
    type: "symbol",
    source: SOURCE,
    filter: ["!", ["get", "named"]],
    layout: {
      "text-field": nameOf(language), "text-font": FONT, "text-size": 12, "text-variable-anchor": ["top", "bottom", "right", "left"],
      "text-radial-offset": 0.6, "text-max-width": 8, "text-padding": 3, "symbol-sort-key": ["-", 0, ["get", "most"]],
    },
    paint: { "text-color": palette.value.ink, "text-halo-color": palette.value.halo, "text-halo-width": 1.6 },
  },
];

const collection = (flows: readonly Flow[], named: ReadonlySet<string>): GeoJSON.FeatureCollection => ({
  type: "FeatureCollection",
  features: endsOf(flows).map(({ end, origin, most }) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: end.at },
    properties: { name_zh: end.name.zh, name_en: end.name.en, code: end.code, origin, most, named: named.has(end.code) },
  })),
});

/** `areas` are the codes of the areas that the map names already, if it names any. */
export function drawPlaces(map: MapLibre, flows: readonly Flow[], areas: readonly string[], language: Language): void {
  const named = new Set(map.getLayer(AREA_NAME) ? areas : []);
  if (!map.getSource(SOURCE)) map.addSource(SOURCE, { type: "geojson", data: collection([], named) });
  for (const layer of layers(language)) {
    if (!map.getLayer(layer.id)) map.addLayer(layer, map.getLayer(AREA_NAME) ? AREA_NAME : undefined);
    for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name as never, value as never);
  }
  if (map.getLayer(AREAS)) map.setFilter(AREAS, ofLevel(drawnLevel.value));
  map.setLayoutProperty(NAME, "text-field", nameOf(language));
  void (map.getSource(SOURCE) as GeoJSONSource).setData(collection(flows, named));
}

export function removePlaces(map: MapLibre): void {
  for (const id of [NAME, DOT, AREAS]) if (map.getLayer(id)) map.removeLayer(id);
  if (map.getSource(SOURCE)) map.removeSource(SOURCE);
}
