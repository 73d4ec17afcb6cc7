/** Classes and colours of differences: fixed, brown where the second scenario has less, teal where it has more. Pure but for the scheme. */

import { scheme, type Scheme } from "../../scheme";
import { land } from "../../state";
import type { Layer, LayerStyle } from "../../types";
import { ACCESSIBILITY } from "../choice";

/** Percentage points, and places for each 1 000 persons. */
export const POINTS = [-20, -5, -1, 1, 5, 20];
export const PLACES = [-200, -50, -10, 10, 50, 200];

/** BrBG of ColorBrewer, which colour-blind readers can tell apart; on dark screens the middle is dark. */
const COLOURS: Readonly<Record<Scheme, readonly string[]>> = {
  light: ["#8c510a", "#d8b365", "#f6e8c3", "#f7f6f2", "#c7eae5", "#5ab4ac", "#01665e"],
  dark: ["#f3bd78", "#a87536", "#5c4527", "#2a3136", "#20504b", "#358f85", "#8fdccf"],
};
const OPACITY = 0.85;
/** Lines over the grey of a difference below its margin: red, green, blue. */
export const HATCH: Readonly<Record<Scheme, readonly [number, number, number]>> = { light: [120, 124, 128], dark: [55, 61, 66] };

const channels = (colour: string): number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** A colour as it is seen on the ground. */
export function seen(colour: string, below: string, opacity: number): string {
  const under = channels(below);
  return `#${channels(colour).map((c, i) => Math.round(c * opacity + (under[i] ?? 0) * (1 - opacity)).toString(16).padStart(2, "0")).join("")}`;
}

/** The style of a layer where it shows the difference of two scenarios; numbers that say too little keep the layer's grey. */
export function changeStyle({ id, style }: Layer): LayerStyle {
  const colours = [...COLOURS[scheme.value]];
  const on = (colour: string): string => seen(colour, land.value, OPACITY);
  const legend = { ...style.legend, colours: colours.map(on), uncertain: on(style.uncertain), faint: [] };
  return { ...style, breaks: id === ACCESSIBILITY ? PLACES : POINTS, colours, beyond: null, opacity: OPACITY, legend };
}
