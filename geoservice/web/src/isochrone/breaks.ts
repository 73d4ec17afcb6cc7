/** The minutes of isochrones. Pure. */

/** How many are shown: more outlines are hard to tell apart. */
const MOST = 3;

/** The first breaks of the study, the one chosen among them, ascending. */
export function breaksFor(breaks: readonly number[], chosen: number): number[] {
  const first = breaks.slice(0, MOST);
  return first.includes(chosen) || !breaks.includes(chosen) ? first : [...first.slice(0, MOST - 1), chosen];
}
