/** The zone on the map: filled when it is finished, a line while it is being drawn. */

import type { LayerSpecification, Map as MapLibre } from "maplibre-gl";
import { t } from "../i18n";
import { keepGrips, type Grip } from "../live/grips";
import { featureOf, keepSource } from "../live/source";
import { palette } from "../map/palette";
import { drawing, finish, finishable, handles, moveHandle, path, pointer, removeHandle, zone } from "./choice";
import { drag } from "./data";
import { ringOf, type Position } from "./shape";

const SOURCE = "zone";

function layers(): LayerSpecification[] {
  const { accent, edge } = palette.value;
  const line: LayerSpecification = { id: "zone-line", type: "line", source: SOURCE, filter: ["!=", ["get", "part"], "next"], layout: { "line-join": "round" }, paint: { "line-color": accent, "line-width": 2.6 } };
  return [
    { id: "zone-fill", type: "fill", source: SOURCE, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": accent, "fill-opacity": 0.14 } },
    { ...line, id: "zone-halo", paint: { "line-color": edge, "line-width": 5.4 } },
    line,
    { id: "zone-next", type: "line", source: SOURCE, filter: ["==", ["get", "part"], "next"], paint: { "line-color": accent, "line-width": 1.8, "line-dasharray": [2, 1.5] } },
  ] as LayerSpecification[];
}

const line = (positions: readonly Position[], part: string): GeoJSON.Feature => featureOf({ type: "LineString", coordinates: positions.map((p) => [...p]) }, { part });

function shapes(): GeoJSON.Feature[] {
  if (zone.value) return [featureOf({ type: "Polygon", coordinates: [ringOf(zone.value).map((p) => [...p])] }, { part: "zone" })];
  const [corners, at] = [path.value, pointer.value];
  const [first, last] = [corners[0], corners.at(-1)];
  if (!first || !last) return [];
  const next = at ? [last, at, ...(corners.length > 1 ? [first] : [])] : finishable.value ? [last, first] : null;
  return [...(corners.length > 1 ? [line(corners, "path")] : []), ...(next ? [line(next, "next")] : [])];
}

function grips(): Grip[] {
  return handles.value.map(({ id, at: [lon, lat] }) => {
    const kind = id === "center" || id === "edge" ? id : drawing.value ? (id === "0" && finishable.value ? "first" : "drawn") : "corner";
    return { id, lon, lat, kind, label: t(`zone.grip.${kind}`, { number: Number(id) + 1 }) };
  });
}

/** The first corner ends the polygon. */
const press = (id: string): void => {
  if (drawing.value && id === "0") finish();
};

export function keepDrawn(map: MapLibre): (() => void)[] {
  const source = keepSource(map, SOURCE, () => ({ type: "FeatureCollection", features: shapes() }), layers);
  return [source, keepGrips(map, grips, { move: moveHandle, press, remove: removeHandle }, drag)];
}
