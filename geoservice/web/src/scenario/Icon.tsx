/** The mark of an edit, on the map and in the list. */

import type { Marked } from "./data";

const PATHS: Readonly<Record<Marked["kind"], string>> = {
  new: "M8 3.5v9M3.5 8h9", moved: "M3 8h10M10 5l3 3-3 3M6 5L3 8l3 3", closed: "M4.5 4.5l7 7M11.5 4.5l-7 7", changed: "M4 8.5l3 3 5-6.5", picked: "M8 5.5a2.5 2.5 0 100 5 2.5 2.5 0 100-5",
};

export const Icon = ({ kind }: { kind: Marked["kind"] }) => (
  <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d={PATHS[kind]} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" /></svg>
);
