/** People in time by number of sites: those of one order of sites, and the most that as many sites can reach. */

import { t } from "../../i18n";
import { grouped } from "../../number";
import { ticks } from "../../ticks";
import type { CurvePoint } from "./answer";

const W = 320;
const H = 116;
const LEFT = 46;
const BASE = H - 20;
const TOP = 8;

export function Curve({ points }: { points: readonly CurvePoint[] }) {
  const known = points.flatMap((p) => (p.persons === null || p.persons_most === null ? [] : [{ sites: p.sites, persons: p.persons, most: p.persons_most }]));
  const last = known.at(-1)?.sites ?? 1;
  const marks = ticks(Math.min(...known.map((p) => p.persons)), Math.max(...known.map((p) => p.most)));
  const [bottom = 0, top = 1] = [marks[0], marks.at(-1)];
  const x = (n: number): number => LEFT + (n / last) * (W - LEFT - 10);
  const y = (n: number): number => BASE - ((n - bottom) / Math.max(top - bottom, 1)) * (BASE - TOP);
  const line = (of: (p: (typeof known)[number]) => number): string => known.map((p) => `${x(p.sites).toFixed(1)},${y(of(p)).toFixed(1)}`).join(" ");
  const values = known.map((p) => t("siting.point", { sites: p.sites, people: grouped(p.persons) })).join(t("semicolon"));
  if (known.length < 3) return null;
  return (
    <figure class="siting-curve">
      <figcaption class="quiet small">{t("siting.curve")}</figcaption>
      <svg class="chart" viewBox={`0 0 ${W} ${H}`} role="img" aria-label={t("siting.curve_values", { values })}>
        {marks.map((m) => (
          <g key={m} class="grid">
            <line x1={LEFT} x2={W} y1={y(m)} y2={y(m)} />
            <text x={LEFT - 4} y={y(m) + 3.5} text-anchor="end">{grouped(m)}</text>
          </g>
        ))}
        <polyline class="most" points={line((p) => p.most)} />
        <polyline class="middle" points={line((p) => p.persons)} />
        {known.map((p) => (
          <g key={p.sites}>
            <title>{t("siting.point", { sites: p.sites, people: grouped(p.persons) })}</title>
            <circle class="middle" cx={x(p.sites)} cy={y(p.persons)} r="3" />
            {(known.length < 12 || p.sites % 5 === 0) && <text x={x(p.sites)} y={H - 5} text-anchor="middle">{p.sites}</text>}
          </g>
        ))}
      </svg>
    </figure>
  );
}
