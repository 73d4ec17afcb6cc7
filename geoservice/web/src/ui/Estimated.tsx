/** A number with its margin, grey where the margin is too large for it. */

import type { Estimate } from "../types";
import { numberOf } from "./words";

export function Estimated({ measure, of }: { measure: string; of: Estimate }) {
  const { text, hint, uncertain, known } = numberOf(measure, of);
  return <span class={uncertain ? "uncertain" : known ? "" : "none"} title={hint || undefined}>{text}</span>;
}
