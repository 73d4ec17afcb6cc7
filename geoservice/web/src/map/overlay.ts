/** The study's own layers as MapLibre layers; what depends on the choice is set in drawing.ts. */

import type { ExpressionSpecification, LayerSpecification } from "maplibre-gl";
import { isAreas } from "../columns";
import { NAMES, placeOf } from "./areas";
import { FONT } from "./basemap";
import { palette } from "./palette";
import type { Language, Layer } from "../types";
import { VAN_STOPS, VAN_TOURS } from "../vans/choice";

/** The size of a station tells its tier. */
export const RADIUS: Readonly<Record<string, number>> = { county: 8, township: 6.5, village: 5 };
const OTHER_RADIUS = 5.5;
const sized = ["match", ["get", "tier"], ...Object.entries(RADIUS).flat(), OTHER_RADIUS] as unknown as ExpressionSpecification;
const hidden = { visibility: "none" } as const;
const where = (id: string) => ({ source: id, "source-layer": id });
const on = (layer: Layer) => (isAreas(layer) ? placeOf() : where(layer.id));

/** Fill and, where a number cannot exist, dots of a layer that covers the ground. */
export const ground = (layer: Layer): LayerSpecification[] => [
  { id: `${layer.id}-fill`, type: "fill", ...on(layer), layout: hidden, paint: { "fill-antialias": layer.id !== "cells" } },
  { id: `${layer.id}-dots`, type: "fill", ...on(layer), layout: hidden, paint: { "fill-pattern": "dots" } },
];

export const border = (layer: Layer): LayerSpecification[] =>
  layer.id === "cells"
    ? []
    : [{ id: `${layer.id}-line`, type: "line", ...on(layer), layout: hidden, paint: { "line-color": palette.value.edge, "line-width": 1.2, "line-opacity": 0.95 } }];

/** Areas answer to the pointer whatever is drawn, and show which is hovered and which is chosen. */
export const pointed = (): LayerSpecification[] => {
  const nothing: LayerSpecification = { id: "area-hover", type: "line", ...placeOf(), filter: ["==", ["get", "unit"], ""], paint: { "line-color": palette.value.ink, "line-width": 1.6 } };
  return [
    { id: "area-hit", type: "fill", ...placeOf(), paint: { "fill-opacity": 0 } },
    nothing,
    { ...nothing, id: "area-selected-halo", paint: { "line-color": palette.value.edge, "line-width": 5.5 } },
    { ...nothing, id: "area-selected", paint: { "line-color": palette.value.accent, "line-width": 2.8 } },
  ] as LayerSpecification[];
};

/** Areas by name in the reader's language, once there is room; a base map knows only the names of its own country. */
export const areaNames = (language: Language): LayerSpecification[] => [
  {
    id: "area-name",
    type: "symbol",
    source: NAMES,
    layout: { "text-field": areaName(language), "text-font": FONT, "text-size": 13, "text-max-width": 7, "text-padding": 2, "text-variable-anchor": ["center", "top", "bottom", "left", "right"], "text-radial-offset": 1 },
    paint: { "text-color": palette.value.ink, "text-halo-color": palette.value.halo, "text-halo-width": 1.6 },
  },
];

export const areaName = (language: Language): ExpressionSpecification => ["coalesce", ["get", `name_${language}`], ["get", "name_zh"], ""];

/** Gaps are outlined, not filled: they lie on top of what shows why they are gaps. */
const gaps = (id: string): LayerSpecification[] => [
  { id: "gaps-fill", type: "fill", ...where(id), layout: hidden, paint: { "fill-color": palette.value.gap, "fill-opacity": 0.16 } },
  { id: "gaps-line", type: "line", ...where(id), layout: hidden, paint: { "line-color": palette.value.gap, "line-width": 1.6 } },
  { id: "gaps-selected", type: "line", ...where(id), layout: hidden, filter: ["==", ["get", "unit"], ""], paint: { "line-color": palette.value.chosenGap, "line-width": 3.5 } },
];

/** Nothing to see, above all names: it keeps them from being written over stations. */
export const stationsRoom = (id: string): LayerSpecification[] => [
  { id: `${id}-room`, type: "symbol", ...where(id), layout: { ...hidden, "icon-image": "room", "icon-allow-overlap": true, "icon-padding": 0 } },
];

const stations = (id: string): LayerSpecification[] => [
  {
    id: "stations-circle",
    type: "circle",
    ...where(id),
    layout: { ...hidden, "circle-sort-key": sized },
    paint: { "circle-radius": sized, "circle-stroke-width": 1.8, "circle-stroke-color": palette.value.edge },
  },
  { id: "stations-selected", type: "circle", ...where(id), filter: ["==", ["get", "unit"], ""], layout: hidden, paint: { "circle-radius": 11, "circle-opacity": 0, "circle-stroke-width": 3, "circle-stroke-color": palette.value.accent } },
];

/** The stop chosen, and its tour, stand out. */
const vans = (layer: Layer): LayerSpecification[] => {
  const chosen = { ...where(layer.id), filter: ["==", ["get", "unit"], ""] as ExpressionSpecification, layout: hidden };
  if (layer.geometry === "point")
    return [...plain(layer), { id: `${layer.id}-selected`, type: "circle", ...chosen, paint: { "circle-radius": 10, "circle-opacity": 0, "circle-stroke-width": 3, "circle-stroke-color": palette.value.accent } }];
  return [...plain(layer), { id: `${layer.id}-selected`, type: "line", ...chosen, paint: { "line-color": palette.value.accent, "line-width": 4.5 } }];
};

/** Layers that a study adds beyond those of the house get their style's plain form. */
const plain = (layer: Layer): LayerSpecification[] => {
  const colour = layer.style.colours[0] ?? palette.value.accent;
  const { kind, opacity } = layer.style;
  if (kind === "circle")
    return [{ id: `${layer.id}-circle`, type: "circle", ...where(layer.id), layout: hidden, paint: { "circle-color": colour, "circle-radius": 5, "circle-opacity": opacity } }];
  if (kind === "line")
    return [{ id: `${layer.id}-line`, type: "line", ...where(layer.id), layout: hidden, paint: { "line-color": colour, "line-width": 2, "line-opacity": opacity } }];
  return [{ id: `${layer.id}-fill`, type: "fill", ...where(layer.id), layout: hidden, paint: { "fill-color": colour, "fill-opacity": opacity } }];
};

export const above = (layer: Layer): LayerSpecification[] =>
  layer.id === "gaps" ? gaps(layer.id) : layer.id === "stations" ? stations(layer.id) : [VAN_STOPS, VAN_TOURS].includes(layer.id) ? vans(layer) : plain(layer);
