/** Colours of the map that are not those of a layer's classes, for light and for dark screens. */

import { computed } from "@preact/signals";
import { scheme, type Scheme } from "../scheme";

export interface Palette {
  green: string;
  water: string;
  building: string;
  path: string;
  street: string;
  smallStreet: string;
  rail: string;
  boundary: string;
  placeName: string;
  streetName: string;
  halo: string;
  /** Names of areas, and the edge of the one that is pointed at. */
  ink: string;
  /** Between areas, around stations, and beside the edge of the area chosen. */
  edge: string;
  accent: string;
  gap: string;
  chosenGap: string;
  /** Stations that the question is not about. */
  otherStation: string;
  /** Dots of what has no number, and what is between them: red, green, blue, opacity. */
  dot: [number, number, number, number];
  betweenDots: [number, number, number, number];
}

const PALETTES: Readonly<Record<Scheme, Palette>> = {
  light: {
    green: "#e7eddf", water: "#cddfe7", building: "#e6e3dc", path: "#8f8a80", street: "#ffffff", smallStreet: "#fbfaf7",
    rail: "#a9a49b", boundary: "#8d8799", placeName: "#4b555c", streetName: "#6d757b", halo: "rgba(255,255,255,0.92)",
    ink: "#1d2830", edge: "#ffffff", accent: "#1f5a8c", gap: "#b4421e", chosenGap: "#7a2308", otherStation: "#b4babf",
    dot: [120, 124, 128, 120], betweenDots: [240, 240, 238, 90],
  },
  dark: {
    green: "#1a241e", water: "#1c303d", building: "#22282c", path: "#8b949b", street: "#0f1316", smallStreet: "#12171a",
    rail: "#5d676e", boundary: "#8b8599", placeName: "#c3cacf", streetName: "#aab2b8", halo: "rgba(16,20,23,0.92)",
    ink: "#eef1f3", edge: "#101417", accent: "#7db8ea", gap: "#ff8a63", chosenGap: "#ffc2ab", otherStation: "#8d969d",
    dot: [150, 158, 164, 150], betweenDots: [35, 41, 46, 110],
  },
};

export const palette = computed((): Palette => PALETTES[scheme.value]);
