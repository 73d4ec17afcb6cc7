/** Cards on the map: one at a time, closed by Escape, its cross, or another question. */

import { effect } from "@preact/signals";
import { Popup, type Map as MapLibre } from "maplibre-gl";
import { render, type ComponentChild } from "preact";
import { mode, selectedGap, selectedStation, service, theme, tier } from "../state";
import { StationCard } from "../ui/cards";
import { fetchStation } from "../stations";
import { t } from "../i18n";
import { narrow, sheet } from "../layout";
import { divider, mapsView } from "../scenario/maps/choice";
import { calm } from "./build";
import { moveBy } from "./flight";

let here: MapLibre | null = null;
let opened: Popup | null = null;
let opener: HTMLElement | null = null;

export function closeCard(): boolean {
  if (!opened) return false;
  opened.remove();
  return true;
}

/** Moves the map so far that all of the card is on it. */
function reveal(map: MapLibre, card: HTMLElement): void {
  const [around, own] = [map.getContainer().getBoundingClientRect(), card.getBoundingClientRect()];
  const out = (low: number, high: number, from: number, to: number): number => (low < from ? low - from : high > to ? high - to : 0);
  const covered = mapsView.value === "swipe" ? (around.width * divider.value) / 100 : 0; // by the other map, from the left
  const left = Math.min(around.left + covered, around.right - own.width - 16);
  const x = out(own.left, own.right, left + 8, around.right - 8);
  const y = out(own.top, own.bottom, around.top + 8, around.bottom - 8);
  if (x || y) moveBy(x, y);
}

export function openCard(at: [number, number], card: ComponentChild): void {
  if (!here) return;
  const map = here;
  const box = document.createElement("div");
  render(card, box);
  const from = document.activeElement;
  closeCard();
  opener = from instanceof HTMLElement ? from : null;
  const low = map.project(at).y > map.getContainer().clientHeight / 2;
  const popup = new Popup({ maxWidth: "270px", offset: 12, anchor: low ? "bottom" : "top", focusAfterOpen: true, closeOnClick: false });
  opened = popup.setLngLat(at).setDOMContent(box).addTo(map);
  popup.getElement().querySelector(".maplibregl-popup-close-button")?.setAttribute("aria-label", t("close"));
  popup.on("close", () => {
    render(null, box);
    if (opened !== popup) return;
    opened = null;
    selectedStation.value = null;
    opener?.focus({ preventScroll: true });
  });
  reveal(map, popup.getElement());
}

/** A sheet of full height leaves no room for a card. */
async function makeRoom(map: MapLibre): Promise<void> {
  if (!narrow.value || sheet.value !== "full") return;
  sheet.value = "half";
  await new Promise((done) => setTimeout(done, calm() ? 50 : 250));
  map.resize();
}

/** Opens a station's card where it stands; nothing where it cannot be had. */
export async function openStation(unit: string): Promise<boolean> {
  const station = await fetchStation(unit).catch(() => undefined);
  if (station?.geometry?.type !== "Point" || !here) return false;
  await makeRoom(here);
  const at = station.geometry.coordinates as [number, number];
  if (!here.getBounds().contains(at)) here.jumpTo({ center: at });
  openCard(at, <StationCard feature={station.properties} />);
  selectedStation.value = unit;
  return true;
}

/** A card speaks of one service and mode: another choice closes it. */
export function keepCards(map: MapLibre): () => void {
  here = map;
  let first = true;
  const stop = effect(() => {
    void [service.value, mode.value, theme.value, tier.value];
    if (!first) closeCard();
    first = false;
  });
  if (selectedStation.value) void openStation(selectedStation.value);
  return () => {
    stop();
    closeCard();
    selectedGap.value = null;
  };
}
