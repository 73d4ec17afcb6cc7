/** Numbers in the answers of the server. Pure. */

import type { Estimate, Status } from "../types";

/** A number as the server writes it. */
export interface Answered {
  value: number | null;
  margin: number | null;
  status?: Status;
}

export const estimated = ({ value, margin, status }: Answered): Estimate => ({ value, margin, status: status ?? (value === null ? null : "ok") });

const QUANTITIES = ["persons", "persons_before", "share", "share_before", "gained", "lost"] as const;
export type QuantityName = (typeof QUANTITIES)[number];
export type AnsweredBreak = { minutes: number } & Readonly<Record<QuantityName, Answered>>;

/** The numbers of people within some minutes; null where the answer has none for them. */
export function breakAt(breaks: readonly AnsweredBreak[], minutes: number): Readonly<Record<QuantityName, Estimate>> | null {
  const at = breaks.find((b) => b.minutes === minutes);
  return at ? (Object.fromEntries(QUANTITIES.map((q) => [q, estimated(at[q])])) as Record<QuantityName, Estimate>) : null;
}
