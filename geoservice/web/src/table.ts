/** The table of areas as arithmetic: people not covered, the order of rows, and a total that is the sum of what is shown. Pure. */

import { clamped, kindOf, NOTHING, uncertain } from "./number";
import type { Estimate } from "./types";

/** People beyond reach: all less covered. Its margin follows from those of the share and of all, taken as independent. */
export function leftOut(people: Estimate, covered: Estimate, share: Estimate): Estimate {
  if (people.value === null) return people;
  if (covered.value === null) return covered;
  const value = people.value - covered.value;
  if (people.margin === null && share.margin === null) return { value, margin: null, status: "ok" };
  const missing = share.value === null ? 1 : 1 - share.value / 100;
  const margin = Math.hypot((people.value * (share.margin ?? 0)) / 100, missing * (people.margin ?? 0));
  return { value, margin, status: "ok" };
}

/** How far rounding alone takes the sum of `n` numbers, each a whole one less another, from the whole. */
const slack = (n: number): number => n + 1;

/**
 * The total of a column of counts: the sum of the numbers as shown, so that it adds up. The margin is that of the area which
 * holds all rows, if there is one and its count is this sum but for rounding; otherwise the rows' margins as independent ones.
 */
export function total(parts: readonly Estimate[], whole: Estimate = NOTHING): Estimate {
  const known = parts.filter((p) => p.value !== null);
  if (known.length < parts.length && whole.value !== null) return whole; // rows whose number is not shown
  if (known.length === 0) return NOTHING;
  const value = known.reduce((sum, p) => sum + Math.round(p.value!), 0);
  if (whole.value !== null && Math.abs(whole.value - value) <= slack(known.length)) return { value, margin: whole.margin, status: "ok" };
  if (known.every((p) => p.margin === null)) return { value, margin: null, status: "ok" };
  return { value, margin: Math.hypot(...known.map((p) => p.margin ?? 0)), status: "ok" };
}

/** The covered share of the total: that of the area which holds all rows, otherwise what the two counts give. */
export function totalShare(people: Estimate, left: Estimate, whole: Estimate = NOTHING): Estimate {
  if (whole.value !== null) return whole;
  if (!people.value || left.value === null) return { ...NOTHING, status: "nobody" };
  const margin = left.margin === null ? null : (100 * left.margin) / Math.abs(people.value);
  return { value: 100 * (1 - left.value / people.value), margin, status: "ok" };
}

/** 0: a number to rely on; 1: its margin is too large; 2: no number. A count keeps its place: a small one is small in any case. */
function standing(measure: string, { value, margin }: Estimate): number {
  if (value === null) return 2;
  return kindOf(measure) !== "count" && uncertain(kindOf(measure), value, margin) ? 1 : 0;
}

/** Order of two numbers of a measure. Those too uncertain to be compared follow, those that cannot exist come last, whichever way is asked. */
export function compare(measure: string, a: Estimate, b: Estimate, down: boolean): number {
  const order = standing(measure, a) - standing(measure, b);
  if (order !== 0 || a.value === null || b.value === null) return order;
  return (down ? -1 : 1) * (clamped(measure, a.value) - clamped(measure, b.value));
}
