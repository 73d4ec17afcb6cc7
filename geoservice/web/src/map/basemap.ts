/** The base map: quiet greys and one hint each of water and green, so that the study's colours carry the page. */

import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import type { Language } from "../types";
import { palette } from "./palette";

export const FONT = ["Noto Sans SC"];

const kind: ExpressionSpecification = ["coalesce", ["get", "class"], ["get", "kind"], ["get", "highway"], ["get", "type"], ""];
const oneOf = (...values: string[]): ExpressionSpecification => ["in", kind, ["literal", values]];
const MAIN = oneOf("motorway", "trunk", "primary", "motorway_link", "trunk_link", "primary_link", "major");
const MIDDLE = oneOf("secondary", "tertiary", "secondary_link", "tertiary_link", "medium");
const PATH = oneOf("footway", "path", "steps", "cycleway", "track", "bridleway", "pedestrian", "corridor", "platform", "trail", "service");

const width = (main: number, middle: number, other: number): ExpressionSpecification => {
  const at = (by: number): ExpressionSpecification => ["case", MAIN, main * by, MIDDLE, middle * by, other * by];
  return ["interpolate", ["exponential", 1.5], ["zoom"], 9, at(0.35), 13, at(1), 17, at(6)];
};

export const nameOf = (language: Language): ExpressionSpecification => [
  "coalesce",
  ["get", `name_${language}`],
  ["get", `name:${language}`],
  ["get", "name"],
  "",
];

/** Below the study's layers. */
export const ground = (base: boolean, land: string): LayerSpecification[] => [
  { id: "base-land", type: "background", paint: { "background-color": land } },
  ...(base ? natural() : []),
];

const source = "base";
const natural = (): LayerSpecification[] => [
  { id: "base-green", type: "fill", source, "source-layer": "green", paint: { "fill-color": palette.value.green } },
  { id: "base-water", type: "fill", source, "source-layer": "water", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": palette.value.water } },
  {
    id: "base-stream",
    type: "line",
    source,
    "source-layer": "water",
    filter: ["==", ["geometry-type"], "LineString"],
    paint: { "line-color": palette.value.water, "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.5, 15, 3] },
  },
  {
    id: "base-building",
    type: "fill",
    source,
    "source-layer": "building",
    minzoom: 13,
    paint: { "fill-color": palette.value.building, "fill-opacity": ["interpolate", ["linear"], ["zoom"], 13, 0, 14.5, 1] },
  },
];

/** Streets lie above the coloured ground, thin and grey, so that places can be found on it. */
export const streets = (base: boolean): LayerSpecification[] => (base ? lines() : []);
const lines = (): LayerSpecification[] => [
  {
    id: "base-path",
    type: "line",
    source,
    "source-layer": "road",
    minzoom: 14.5,
    filter: PATH,
    paint: { "line-color": palette.value.path, "line-opacity": 0.35, "line-width": 0.8, "line-dasharray": [2, 1.5] },
  },
  {
    id: "base-road",
    type: "line",
    source,
    "source-layer": "road",
    filter: ["!", PATH],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": ["case", MAIN, palette.value.street, MIDDLE, palette.value.street, palette.value.smallStreet],
      "line-opacity": ["interpolate", ["linear"], ["zoom"], 10, 0.55, 14, 0.9],
      "line-width": width(2.6, 1.7, 0.8),
    },
  },
  {
    id: "base-rail",
    type: "line",
    source,
    "source-layer": "rail",
    minzoom: 10,
    paint: { "line-color": palette.value.rail, "line-width": 0.9, "line-opacity": 0.7, "line-dasharray": [4, 2] },
  },
  {
    id: "base-boundary",
    type: "line",
    source,
    "source-layer": "boundary",
    paint: { "line-color": palette.value.boundary, "line-width": 0.8, "line-opacity": 0.5, "line-dasharray": [4, 2, 1, 2] },
  },
];

const written = (colour: string) => ({ "text-color": colour, "text-halo-color": palette.value.halo, "text-halo-width": 1.4 });

/** Names, on top of everything. */
export const names = (base: boolean, language: Language): LayerSpecification[] => (base ? labels(language) : []);
const labels = (language: Language): LayerSpecification[] => [
  {
    id: "base-street-name",
    type: "symbol",
    source,
    "source-layer": "road",
    minzoom: 14,
    layout: { "symbol-placement": "line", "text-field": nameOf(language), "text-font": FONT, "text-size": 11 },
    paint: written(palette.value.streetName),
  },
  {
    id: "base-place",
    type: "symbol",
    source,
    "source-layer": "place",
    layout: {
      "text-field": nameOf(language),
      "text-font": FONT,
      "text-size": ["case", oneOf("city", "town"), 15, oneOf("suburb", "village", "borough"), 12.5, 11],
      "text-max-width": 7,
      "text-padding": 6,
      // beside the middle of the place: that is where its station stands
      "text-variable-anchor": ["top", "bottom", "left", "right"],
      "text-radial-offset": 0.7,
    },
    paint: written(palette.value.placeName),
  },
];
