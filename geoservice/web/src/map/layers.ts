/** The map's layers, the lowest first. */

import type { LayerSpecification } from "maplibre-gl";
import { language } from "../i18n";
import { AREAS, land, layerOf, manifest, onTop, themes } from "../state";
import { ground, names, streets } from "./basemap";
import { above, areaNames, border, ground as cover, pointed, stationsRoom } from "./overlay";

export function layers(): LayerSpecification[] {
  const base = manifest.value.baseMap;
  return [
    ...ground(base, land.value),
    ...themes.value.flatMap(cover),
    ...streets(base),
    ...themes.value.flatMap(border),
    ...(layerOf(AREAS) ? pointed() : []),
    ...[...onTop.value].sort((a, b) => Number(a.geometry === "point") - Number(b.geometry === "point")).flatMap(above),
    ...names(base, language.value),
    ...(layerOf(AREAS) ? areaNames(language.value) : []),
    ...(layerOf("stations") ? stationsRoom("stations") : []),
  ];
}
