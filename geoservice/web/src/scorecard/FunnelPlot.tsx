/** The funnel plot: eligible persons and percent served of each area, with limits of 95 and 99.8 %; linked with the table. */

import { language, show, t } from "../i18n";
import { hovered, selected } from "../state";
import { pathOf, rawRate, type Card } from "./cards";
import { funnelText } from "./words";

const W = 360;
const H = 214;
const LEFT = 30;
const BOTTOM = 30;
const LINES = ["far", "near", "near", "far"] as const;

/** A step of 1, 2 or 5 times a power of ten that parts a length into about four. */
function stepOf(length: number): number {
  const power = 10 ** Math.floor(Math.log10(length / 4));
  return [1, 2, 5, 10].map((n) => n * power).find((s) => length / s <= 5) ?? length;
}
const ticks = (from: number, to: number): number[] => {
  const step = stepOf(Math.max(to - from, 1e-9));
  return Array.from({ length: Math.floor(to / step) - Math.ceil(from / step) + 1 }, (_, i) => (Math.ceil(from / step) + i) * step);
};

export function FunnelPlot({ cards }: { cards: readonly Card[] }) {
  const known = cards.flatMap((card) => {
    const rate = rawRate(card);
    return rate === null ? [] : [{ card, rate, size: card.eligible.value! }];
  }).sort((a, b) => a.size - b.size);
  const first = known[0];
  if (!first || known.length < 3) return null;
  const most = known.at(-1)!.size * 1.05;
  const rates = known.flatMap(({ rate, card }) => [rate, ...card.limits.flatMap((limit) => limit ?? [])]);
  const low = Math.max(0, Math.floor(Math.min(...known.map((k) => k.rate), Math.max(...rates.filter((r) => r <= (first.card.overall ?? 0))) - 20) / 5) * 5);
  const high = Math.min(100, Math.ceil(Math.max(...rates) / 5) * 5);
  const x = (size: number): number => LEFT + ((W - LEFT - 6) * size) / most;
  const y = (rate: number): number => 6 + ((H - BOTTOM - 6) * (high - Math.min(high, Math.max(low, rate)))) / (high - low);
  const outside = known.filter(({ card }) => card.funnel.value).map(({ card }) => `${card[language.value]}: ${funnelText(card)}`);
  return (
    <figure class="funnel-plot">
      <svg class="chart" viewBox={`0 0 ${W} ${H}`} role="img" aria-label={t("scorecard.funnel_label", { number: known.length, outside: outside.join(t("semicolon")) || t("scorecard.nobody_outside") })}>
        <g class="grid">
          {ticks(low, high).map((rate) => (
            <g key={rate}>
              <line x1={LEFT} x2={W - 6} y1={y(rate)} y2={y(rate)} />
              <text x={LEFT - 5} y={y(rate) + 3.5} text-anchor="end">{show(rate)}</text>
            </g>
          ))}
          {ticks(0, most).map((size) => <text key={size} x={x(size)} y={H - BOTTOM + 13} text-anchor="middle">{show(size)}</text>)}
        </g>
        <text x={W - 6} y={H - 3} text-anchor="end">{t("scorecard.axis")}</text>
        {LINES.map((kind, i) => <path key={`${kind}${i}`} class={`limit ${kind}`} d={pathOf(known.map(({ card, size }) => [x(size), card.limits[i] == null ? null : y(card.limits[i]!)] as const))} />)}
        {first.card.overall !== null && <line class="overall" x1={LEFT} x2={W - 6} y1={y(first.card.overall)} y2={y(first.card.overall)} />}
        {known.map(({ card, rate, size }) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: a short cut for the pointer; the rows of the table do the same for everybody
          <circle key={card.area} class={`point ${card.funnel.value ? "outside" : ""} ${hovered.value === card.area || selected.value === card.area ? "now" : ""}`} data-area={card.area} cx={x(size)} cy={y(rate)} r={hovered.value === card.area || selected.value === card.area ? 5.5 : 3.6}
            onMouseEnter={() => (hovered.value = card.area)} onMouseLeave={() => (hovered.value = null)} onClick={() => (selected.value = card.area)}>
            <title>{t("scorecard.point", { area: card[language.value], served: show(card.served.value), eligible: show(size), rate: show(rate, 1), funnel: funnelText(card) })}</title>
          </circle>
        ))}
      </svg>
      <figcaption>{t("scorecard.funnel_note")}</figcaption>
    </figure>
  );
}
