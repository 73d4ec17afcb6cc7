/** Numbers in the answers of the server. Pure. */

import type { Estimate, Status } from "../types";

/** A number as the server writes it. */
export interface Answered {
  value: number | null;
  margin: number | null;
  status?: Status;
}

export const estimated = ({ value, margin, status }: Answered): Estimate => ({ value, margin, status: status ?? (value === null ? null : "ok") });

const QUANTITIES = ["persons", "persons_before", "share", "share_before", "share_change", "gained", "lost"] as const;
/** Of another scenario, where the question compares with one, and how much higher the share is than there. */
const COMPARED = ["share_compared", "share_difference"] as const;
type Of<Names extends readonly string[], T> = Readonly<Record<Names[number], T>>;
export type AnsweredBreak = { minutes: number } & Of<typeof QUANTITIES, Answered> & Partial<Of<typeof COMPARED, Answered>>;
export type BreakNumbers = Of<typeof QUANTITIES, Estimate> & { compared: Of<typeof COMPARED, Estimate> | null };

/** The numbers of people within some minutes; null where the answer has none for them. */
export function breakAt(breaks: readonly AnsweredBreak[], minutes: number): BreakNumbers | null {
  const at = breaks.find((b) => b.minutes === minutes);
  if (!at) return null;
  const { share_compared: share, share_difference: difference } = at;
  const compared = share && difference ? { share_compared: estimated(share), share_difference: differenceOf(difference) } : null;
  const own = Object.fromEntries(QUANTITIES.map((q) => [q, q === "share_change" ? differenceOf(at[q]) : estimated(at[q])]));
  return { ...(own as Of<typeof QUANTITIES, Estimate>), compared };
}

/** A difference whose margin exceeds it says no more than that. */
export function differenceOf({ value, margin }: Pick<Answered, "value" | "margin">): Estimate {
  if (value === null) return { value, margin, status: null };
  return { value, margin, status: margin !== null && margin > 0 && margin >= Math.abs(value) ? "uncertain" : "ok" };
}
