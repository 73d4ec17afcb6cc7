/** The ranked sites on the map, and the end of a job whose reader leaves. */

import { effect } from "@preact/signals";
import { Marker, type Map as MapLibre } from "maplibre-gl";
import { present } from "../choice";
import { places } from "../data";
import { keepCandidates } from "./file";
import { clear, pointed, result, shown } from "./run";

/** The mark of a station that closes. */
function cross(map: MapLibre, station: string): Marker[] {
  const place = places.value.value?.get(station);
  if (!place) return [];
  const element = document.createElement("div");
  element.className = "site-mark closes";
  element.textContent = "×";
  element.setAttribute("aria-hidden", "true");
  return [new Marker({ element }).setLngLat([place.lon, place.lat]).addTo(map)];
}

function make(map: MapLibre, rank: number, at: [number, number]): Marker {
  const element = document.createElement("div");
  element.className = "site-mark";
  element.textContent = String(rank);
  element.setAttribute("aria-hidden", "true"); // the list says all of it
  element.addEventListener("mouseenter", () => void (pointed.value = rank));
  element.addEventListener("mouseleave", () => void (pointed.value = null));
  return new Marker({ element }).setLngLat(at).addTo(map);
}

/** Draws the sites until the function that comes back is called. */
export function keepSiting(map: MapLibre): () => void {
  let markers: Marker[] = [];
  const remove = (): void => {
    for (const marker of markers) marker.remove();
    markers = [];
  };
  const stops = [
    result.keep(),
    keepCandidates(map),
    effect(() => {
      remove();
      const choice = present.value ? null : shown.value;
      markers = [...(choice?.features ?? []).map((f) => make(map, f.properties.rank, f.geometry.coordinates)), ...(choice?.closed ?? []).flatMap(({ id }) => cross(map, id))];
    }),
    effect(() => {
      const rank = pointed.value;
      void shown.value;
      markers.forEach((marker, i) => marker.getElement().toggleAttribute("data-pointed", i + 1 === rank));
    }),
  ];
  window.addEventListener("pagehide", clear);
  return () => {
    window.removeEventListener("pagehide", clear);
    for (const stop of stops) stop();
    remove();
    clear();
  };
}
