/** A rate with its interval and the target on a small scale; the number is beside it. */

import type { Card } from "./cards";

interface Props {
  card: Card;
  scale: readonly [number, number];
}

export function RateBar({ card: { rate, target }, scale: [low, high] }: Props) {
  if (rate.value === null) return null;
  const at = (value: number): number => (100 * (Math.min(high, Math.max(low, value)) - low)) / (high - low);
  const margin = rate.margin ?? 0;
  const [from, to] = [at(rate.value - margin), at(rate.value + margin)];
  return (
    <span class="ratebar" aria-hidden="true">
      <i class="interval" style={{ left: `${from}%`, width: `${to - from}%` }} />
      <i class="rate" style={{ left: `${at(rate.value)}%` }} />
      {target !== null && <i class="target" style={{ left: `${at(target)}%` }} />}
    </span>
  );
}
