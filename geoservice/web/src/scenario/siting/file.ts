/** A file of own candidates: picked in the panel, or dropped on the map; and where its points are. */

import { batch } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";
import { t } from "../../i18n";
import { featureOf, keepSource } from "../../live/source";
import { boxOf } from "../../map/flight";
import { palette } from "../../map/palette";
import { reveal } from "../../map/room";
import { present } from "../choice";
import { readCandidates } from "./candidates";
import { opened, own, source } from "./choice";

const SOURCE = "siting-candidates";
/** The map of the page, once it is there: points of a file are brought into sight. */
let here: MapLibre | null = null;

const geometryOf = (points: readonly [number, number][]): GeoJSON.MultiPoint => ({ type: "MultiPoint", coordinates: points.map((p) => [...p]) });

export async function take(file: File | undefined): Promise<void> {
  if (!file) return;
  const found = readCandidates(file.name, await file.arrayBuffer());
  batch(() => ([own.value, source.value, opened.value] = [found, "file", true]));
  if (here && found.features.length > 0) reveal(here, boxOf(geometryOf(found.features.map((f) => f.geometry.coordinates))));
}

function candidates(): GeoJSON.FeatureCollection {
  const shown = opened.value && source.value === "file" && !present.value ? (own.value?.features ?? []) : [];
  return { type: "FeatureCollection", features: shown.map(({ geometry, properties: { forced = false } }) => featureOf(geometry, { forced })) };
}

function layers() {
  const { accent, edge } = palette.value;
  return [{ id: SOURCE, type: "circle" as const, source: SOURCE, paint: { "circle-radius": 4.5, "circle-color": ["case", ["get", "forced"], accent, edge] as never, "circle-stroke-color": accent, "circle-stroke-width": 2 } }];
}

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

/** Takes files that are dropped on an element, which says so while one is over it. */
function keepDrop(target: HTMLElement): () => void {
  const hint = document.createElement("p");
  hint.className = "drop-hint";
  hint.setAttribute("aria-hidden", "true"); // for those who drag; the panel has the way for the keyboard
  const leave = (event?: DragEvent): void => {
    if (!event || !target.contains(event.relatedTarget as Node | null)) hint.remove();
  };
  const over = (event: DragEvent): void => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.dataTransfer!.dropEffect = "copy";
    hint.textContent = t("siting.file.drop");
    if (!hint.isConnected) target.append(hint);
  };
  const drop = (event: DragEvent): void => {
    leave();
    if (!carriesFiles(event)) return;
    event.preventDefault();
    void take(event.dataTransfer?.files[0]);
  };
  const heard = [["dragenter", over], ["dragover", over], ["dragleave", leave], ["drop", drop]] as const;
  for (const [name, listener] of heard) target.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of heard) target.removeEventListener(name, listener);
    leave();
  };
}

/** Shows the candidates of a file, and takes one that is dropped, until the function that comes back is called. */
export function keepCandidates(map: MapLibre): () => void {
  here = map;
  const stops = [keepSource(map, SOURCE, candidates, layers), keepDrop(map.getContainer().closest("main") ?? map.getContainer())];
  return () => {
    here = null;
    for (const stop of stops) stop();
  };
}
