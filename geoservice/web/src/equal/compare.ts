/** What of migrants and residents is compared, and how the layer of it is coloured. Pure but for the choice. */

import { signal } from "@preact/signals";
import type { Dimensions, Estimate, Layer } from "../types";

export const KINDS = ["coverage", "minutes", "load", "uptake"] as const;
export type Kind = (typeof KINDS)[number];
/** What is compared now. */
export const chosenKind = signal<Kind>("coverage");

interface Comparison {
  /** Measures of the release table: of either group, and of the difference. */
  each: string;
  gap: string;
  /** Of the difference: 1 where more is worse for migrants, -1 where less is. */
  worse: 1 | -1;
  breaks: readonly number[];
}

const POINTS = [-20, -10, -3, 3, 10, 20];
export const COMPARISONS: Readonly<Record<Kind, Comparison>> = {
  coverage: { each: "covered_share", gap: "coverage_gap", worse: -1, breaks: POINTS },
  minutes: { each: "median_minutes", gap: "minutes_gap", worse: 1, breaks: [-10, -5, -1, 1, 5, 10] },
  load: { each: "met_load", gap: "load_gap", worse: 1, breaks: POINTS },
  uptake: { each: "uptake_share", gap: "uptake_gap", worse: -1, breaks: POINTS },
};
export const GAPS: readonly string[] = KINDS.map((kind) => COMPARISONS[kind].gap);

/** What the layer compares, for whatever service and mode. */
export const kindsOf = (layer: Layer): Kind[] => KINDS.filter((kind) => layer.columns.some((c) => c.measure === COMPARISONS[kind].gap));

/** The layer coloured by the difference of a kind, with the colour of what is worse for migrants on the side where it is. */
export function colouredBy(layer: Layer, kind: Kind): Layer {
  const { gap, worse, breaks } = COMPARISONS[kind];
  const column = layer.columns.find((c) => c.measure === gap);
  if (kind === "coverage" || !column) return layer;
  const { style } = layer;
  const turned = <T>(list: readonly T[]): T[] => (worse === 1 ? [...list].reverse() : [...list]);
  const legend = { ...style.legend, colours: turned(style.legend.colours), faint: turned(style.legend.faint) };
  return { ...layer, style: { ...style, property: column.name, breaks: [...breaks], colours: turned(style.colours), legend } };
}

/** Dimensions of a number of a kind: the difference is filed under migrants. */
export function dimensionsOf(kind: Kind, asked: { service: string; mode: string; tier: string }, group: "resident" | "migrant"): Dimensions {
  if (kind === "uptake") return { service: asked.service, group };
  return { ...asked, nth: 1, group };
}

/** Whether a difference is beyond its margin. One whose margin is not known is not. */
export const isReal = ({ value, margin }: Estimate): boolean => value !== null && margin !== null && Math.abs(value) > margin;

/** How much worse a difference is for migrants; below zero it is better. */
export const harm = (kind: Kind, { value }: Estimate): number => (value ?? 0) * COMPARISONS[kind].worse;

export interface Compared {
  gap: Estimate;
}

export interface Ranking<T> {
  /** Differences beyond their margin, the worst for migrants first. */
  real: T[];
  /** The others that have a number, as they came, and those that have none. */
  within: T[];
  unknown: T[];
}

export function rank<T extends Compared>(kind: Kind, areas: readonly T[]): Ranking<T> {
  const real = areas.filter((a) => isReal(a.gap)).sort((a, b) => harm(kind, b.gap) - harm(kind, a.gap));
  return { real, within: areas.filter((a) => a.gap.value !== null && !isReal(a.gap)), unknown: areas.filter((a) => a.gap.value === null) };
}

/** The number by which the map colours a difference: nothing but its margin is no difference. */
export const drawnGap = (gap: Estimate): Estimate => (gap.value === null ? gap : { value: isReal(gap) ? gap.value : 0, margin: null, status: "ok" });
