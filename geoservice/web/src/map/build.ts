/** The map itself: made once from the manifest. */

import { Map as MapLibre, ScaleControl, setWorkerUrl, type SourceSpecification, type StyleSpecification } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "maplibre-gl/dist/maplibre-gl.css";
import { fetchBaseZooms } from "../api";
import { isAreas } from "../columns";
import { AREAS, layerOf, manifest, onTop, themes, view } from "../state";
import { areaSources } from "./areas";
import { dots } from "./dots";
import { layers } from "./layers";
import { pixelRatio } from "./repaint";
import { tilesOf } from "./tiles";
import type { Layer } from "../types";

/** Vite serves the worker under a name of its own, which MapLibre cannot guess. */
setWorkerUrl(workerUrl);

const source = (l: Layer): SourceSpecification => ({
  ...tilesOf(l.id),
  minzoom: l.minzoom,
  maxzoom: l.maxzoom,
  promoteId: "unit",
  ...(l.bbox ? { bounds: l.bbox } : {}),
});

async function style(): Promise<StyleSpecification> {
  const base = manifest.value.baseMap;
  const sources: Record<string, SourceSpecification> = {};
  if (base) sources["base"] = { ...tilesOf("base"), ...(await fetchBaseZooms()) };
  for (const l of [...themes.value, ...onTop.value].filter((l) => !isAreas(l))) sources[l.id] = source(l);
  const areas = layerOf(AREAS);
  return { version: 8, sources: { ...sources, ...(areas ? areaSources(areas) : {}) }, layers: layers() };
}

/** Whether the reader asked for no motion. */
export const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

export type Box = [number, number, number, number];

/** Where the study is: the box of all layers drawn. */
export function extent(): Box {
  const boxes = [layerOf(AREAS), ...themes.value, ...onTop.value].flatMap((l) => (l?.bbox ? [l.bbox] : []));
  return boxes[0] ?? [-180, -85, 180, 85];
}

/** Pixels left free around what the map is moved to: its buttons and its scale are there. */
export const ROOM = { top: 24, bottom: 36, left: 24, right: 24 };
/** How the map is moved to a box. */
export const FITTED = { padding: ROOM, maxZoom: 15 };

/** Where the address says the map stands, otherwise on a box. */
const placeAt = (bounds: Box) => {
  const at = view.value;
  return at ? { center: [at.lon, at.lat] as [number, number], zoom: at.zoom } : { bounds, fitBoundsOptions: FITTED };
};

/** Makes a map that begins on a box, unless the address says where it stands. */
export async function build(container: HTMLElement, bounds: Box): Promise<MapLibre> {
  // Labels are drawn from the page's own font: it must be there before the first one is.
  await document.fonts.load('24px "Noto Sans SC"', "汉a").catch(() => []);
  const map = new MapLibre({
    container,
    style: await style(),
    ...placeAt(bounds),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    maxZoom: 18,
    canvasContextAttributes: { preserveDrawingBuffer: true }, // or the map is blank on paper
    fadeDuration: calm() ? 0 : 300,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new ScaleControl({ maxWidth: 110 }), "bottom-left");
  await new Promise<void>((done) => map.once("styledata", () => done()));
  map.addImage("room", new ImageData(16, 16));
  map.addImage("dots", dots(pixelRatio()), { pixelRatio: pixelRatio() });
  return map;
}
