/** The rates of an area by period as a small line; its trend is beside it in words. */

import { pathOf } from "./cards";

const W = 62;
const H = 24;

interface Props {
  rates: readonly (number | null)[];
  scale: readonly [number, number];
}

export function Sparkline({ rates, scale: [low, high] }: Props) {
  const x = (i: number): number => 3 + ((W - 6) * i) / Math.max(1, rates.length - 1);
  const y = (rate: number | null): number | null => (rate === null ? null : 3 + ((H - 6) * (high - Math.min(high, Math.max(low, rate)))) / (high - low));
  const last = y(rates.at(-1) ?? null);
  return (
    <svg class="sparkline" viewBox={`0 0 ${W} ${H}`} width={W} height={H} aria-hidden="true">
      <path d={pathOf(rates.map((rate, i) => [x(i), y(rate)] as const))} />
      {last !== null && <circle cx={x(rates.length - 1)} cy={last} r="2.2" />}
    </svg>
  );
}
