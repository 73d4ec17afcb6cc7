/** Classes of areas: their order, their colours, and the breaks of rates. Pure. */

import { uncertain } from "../number";
import type { Estimate, LayerStyle } from "../types";
import { CLASSED, type Method, type Results } from "./columns";

/** The classes of each method, the highest first; 0 is what chance explains. */
export const CLASSES: Readonly<Record<string, readonly number[]>> = {
  hotspot_class: [3, 2, 1, 0, -1, -2, -3],
  emerging_class: [3, 4, 5, 2, 1, 6, 7, 8, 0, -8, -7, -6, -1, -2, -5, -4, -3],
  moran_class: [1, 4, 0, 2, 3],
  funnel_class: [2, 1, 0, -1, -2],
};

/** The place of each class on a scale from 0, the lowest, to 6, the highest. */
const SHADES: Readonly<Record<string, readonly number[]>> = {
  hotspot_class: [6, 5, 4, 3, 2, 1, 0],
  emerging_class: [6, 6, 6, 5, 5, 4, 4, 4, 3, 2, 2, 2, 1, 1, 0, 0, 0],
  moran_class: [6, 5, 3, 1, 0],
  funnel_class: [6, 5, 3, 1, 0],
};
const NEUTRAL = 3;
const RATES = 4;

export const isClassed = (method: Method): boolean => CLASSED.includes(method);

/** Up to three numbers that part values into four groups of about the same size, rounded to whole numbers, or to tenths where all are close. */
export function breaksOf(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length < 2) return [];
  const unit = sorted.at(-1)! - sorted[0]! < 4 ? 10 : 1;
  const cuts = Array.from({ length: RATES - 1 }, (_, i) => Math.round(sorted[Math.floor(((i + 1) * sorted.length) / RATES)]! * unit) / unit);
  return [...new Set(cuts)].filter((b) => b > sorted[0]! && b <= sorted.at(-1)!);
}

/** How the map shows an area: a class by its place among `CLASSES`, a rate by its place among the breaks; or why it shows none. */
export type Shown = number | "unstable" | "uncertain" | "nobody";

export function shownOf(method: Method, of: Estimate, breaks: readonly number[]): Shown {
  if (of.value === null) return of.status === "unstable" ? "unstable" : "nobody";
  if (isClassed(method)) return CLASSES[method]!.indexOf(of.value);
  if (uncertain("ratio", of.value, of.margin)) return "uncertain";
  return breaks.filter((b) => of.value! >= b).length;
}

/** Colours by their place: of classes those of the layer, of rates its upper half. */
export function coloursOf(method: Method, { colours }: Pick<LayerStyle, "colours">): string[] {
  if (isClassed(method)) return SHADES[method]!.map((shade) => colours[shade] ?? "");
  return colours.slice(NEUTRAL, NEUTRAL + RATES);
}

export const significant = (method: Method, results: Results): boolean => isClassed(method) && Boolean(results[method].value);

/** The order of classes in a list: high ones, then low ones, each the farthest from chance first. */
const LISTED: Readonly<Record<string, readonly number[]>> = { hotspot_class: [3, 2, 1, -3, -2, -1, 0], emerging_class: [3, 4, 5, 2, 1, 6, 7, 8, -3, -4, -5, -2, -1, -6, -7, -8, 0], moran_class: [1, 4, 3, 2, 0], funnel_class: [2, 1, -2, -1, 0] };

/** Order of two areas: high classes first, then by the size of z; of rates, the highest that can be relied on first. */
export function compareResults(method: Method, a: Results, b: Results): number {
  if (!isClassed(method)) {
    const of = (r: Results): number => (uncertain("ratio", r[method].value, r[method].margin) ? -1 : (r[method].value ?? -2));
    return of(b) - of(a);
  }
  const place = (r: Results): number => LISTED[method]!.indexOf(r[method].value ?? 0);
  const size = (r: Results): number => Math.abs(r.hotspot_z.value ?? 0);
  return place(a) - place(b) || size(b) - size(a);
}
