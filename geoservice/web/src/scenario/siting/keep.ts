/** The ranked sites on the map, and the end of a job whose reader leaves. */

import { effect } from "@preact/signals";
import { Marker, type Map as MapLibre } from "maplibre-gl";
import { present } from "../choice";
import { clear, pointed, result } from "./run";

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
    effect(() => {
      remove();
      const found = present.value ? null : result.value.value;
      markers = (found?.features ?? []).map((f) => make(map, f.properties.rank, f.geometry.coordinates));
    }),
    effect(() => {
      const rank = pointed.value;
      void result.value.value;
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
