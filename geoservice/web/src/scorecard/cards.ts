/** Scorecards from the features of their layer, and what is drawn of them. Pure. */

import { estimateOf } from "../number";
import type { Estimate, Feature } from "../types";

/** The record of one area in one period. */
export interface Card {
  area: string;
  zh: string;
  en: string;
  period: string;
  eligible: Estimate;
  served: Estimate;
  rate: Estimate;
  rankLow: number | null;
  rankHigh: number | null;
  target: number | null;
  targetClass: Estimate;
  change: Estimate;
  trend: number | null;
  trendP: number | null;
  funnel: Estimate;
  overall: number | null;
  /** Limits of the funnel at the size of the area: 99.8 and 95 % below, 95 and 99.8 % above. */
  limits: readonly (number | null)[];
}

export function cardOf({ properties: p }: Feature): Card {
  const zh = String(p["name_zh"] ?? p["area"]);
  const number = (name: string): number | null => estimateOf(p, name).value;
  return {
    area: String(p["area"]), zh, en: String(p["name_en"] ?? zh), period: String(p["period"]),
    eligible: estimateOf(p, "eligible"), served: estimateOf(p, "served"), rate: estimateOf(p, "rate"), rankLow: number("rank_low"), rankHigh: number("rank_high"),
    target: number("target"), targetClass: estimateOf(p, "target_class"), change: estimateOf(p, "change"), trend: number("trend"), trendP: number("trend_p"),
    funnel: estimateOf(p, "funnel"), overall: number("overall"), limits: ["low_998", "low_95", "high_95", "high_998"].map((end) => number(`funnel_${end}`)),
  };
}

/** Percent served as reported, which the funnel plot shows. */
export function rawRate({ served, eligible }: Card): number | null {
  return served.value === null || !eligible.value ? null : (100 * served.value) / eligible.value;
}

/** Trends with a larger p are none. */
const LEVEL = 0.05;
export type Trend = "rising" | "falling" | "none" | "unknown";
export function trendOf({ trend, trendP }: Card): Trend {
  if (trend === null || trendP === null) return "unknown";
  return trendP >= LEVEL || trend === 0 ? "none" : trend > 0 ? "rising" : "falling";
}

/** The highest rate first; areas without one last. */
export const byRate = (a: Card, b: Card): number => (b.rate.value ?? -1) - (a.rate.value ?? -1) || a.area.localeCompare(b.area);

/** The rates of an area by period, null where it did not report. */
export const ratesOf = (cards: readonly Card[], area: string, periods: readonly string[]): (number | null)[] => {
  const own = new Map(cards.filter((c) => c.area === area).map((c) => [c.period, c.rate.value]));
  return periods.map((p) => own.get(p) ?? null);
};

/** Whole tens around all rates and targets, so that bars and lines of a table compare. */
export function scaleOf(cards: readonly Card[]): [number, number] {
  const ends = cards.flatMap(({ rate: { value, margin }, target }) => (value === null ? [] : [value - (margin ?? 0), value + (margin ?? 0), ...(target === null ? [] : [target])]));
  if (ends.length === 0) return [0, 100];
  const [low, high] = [Math.max(0, Math.floor(Math.min(...ends) / 10) * 10), Math.min(100, Math.ceil(Math.max(...ends) / 10) * 10)];
  return low < high ? [low, high] : [Math.max(0, high - 10), high];
}

/** Points of a line over some places; it is broken where a value is missing. */
export function pathOf(points: readonly (readonly [number, number | null])[]): string {
  let open = false;
  return points.map(([x, y]) => {
    if (y === null) {
      open = false;
      return "";
    }
    const step = `${open ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    open = true;
    return step;
  }).join("");
}
