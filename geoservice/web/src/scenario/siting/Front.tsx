/** The choices between most people in time and least time beyond it: a chart and a table, in both of which one is picked. */

import { t } from "../../i18n";
import { grouped } from "../../number";
import { ticks } from "../../ticks";
import type { FairChoice } from "./answer";
import { picked } from "./run";
import { people } from "./Sites";

const W = 320;
const H = 186;
const LEFT = 40;
const RIGHT = 14;
const BASE = H - 34;
const TOP = 30;

const minutesText = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
const choiceText = (point: FairChoice, number: number): string => t("siting.fair.point", { number, people: people(point.persons, point.persons_margin), minutes: minutesText(point.far_minutes) });

/** Positions on an axis between its outermost ticks. */
function axis(values: readonly number[], from: number, to: number): { marks: number[]; at: (value: number) => number } {
  const marks = ticks(Math.min(...values), Math.max(...values));
  const [low, high] = [Math.min(marks[0] ?? 0, ...values), Math.max(marks.at(-1) ?? 1, ...values)];
  return { marks, at: (value) => from + ((value - low) / Math.max(high - low, 1e-9)) * (to - from) };
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: -1, ArrowUp: -1, ArrowLeft: 1, ArrowDown: 1 };

/** Arrow keys pick the neighbour, as in a group of radio buttons: more people are to the right. */
function move(event: KeyboardEvent, points: number): void {
  const step = STEPS[event.key];
  if (step === undefined) return;
  event.preventDefault();
  picked.value = (picked.value + step + points) % points;
  const svg = (event.currentTarget as Element).closest("svg");
  requestAnimationFrame(() => svg?.querySelector<SVGElement>('[aria-checked="true"]')?.focus());
}

function Chart({ points }: { points: readonly FairChoice[] }) {
  const x = axis(points.map((p) => p.persons ?? 0), LEFT + 8, W - RIGHT);
  const y = axis(points.map((p) => p.far_minutes), BASE - 4, TOP);
  const at = points.map((p) => [x.at(p.persons ?? 0), y.at(p.far_minutes)] as const);
  const values = points.map((p, i) => choiceText(p, i + 1)).join(t("semicolon"));
  return (
    <div role="radiogroup" aria-label={t("siting.fair.values", { values })}>
      <svg class="chart" viewBox={`0 0 ${W} ${H}`}>
        <title>{t("siting.fair.caption")}</title>
        {y.marks.map((m) => (
          <g key={`y${m}`} class="grid"><line x1={LEFT} x2={W} y1={y.at(m)} y2={y.at(m)} /><text x={LEFT - 4} y={y.at(m) + 3.5} text-anchor="end">{m}</text></g>
        ))}
        {x.marks.filter((_, i) => x.marks.length < 6 || i % 2 === 0).map((m) => (
          <g key={`x${m}`} class="grid"><line x1={x.at(m)} x2={x.at(m)} y1={TOP} y2={BASE} /><text x={x.at(m)} y={BASE + 13} text-anchor="middle">{grouped(m)}</text></g>
        ))}
        <text x={W - RIGHT} y={H - 6} text-anchor="end">{t("siting.fair.people")}</text>
        <text x={2} y={11} text-anchor="start">{t("siting.fair.axis")}</text>
        {at.slice(1).map(([px, py], i) => <line key={i} class={points[i + 1]!.tied ? "path tied" : "path"} x1={at[i]![0]} y1={at[i]![1]} x2={px} y2={py} />)}
        {at.map(([px, py], i) => (
          <g key={i} class={`point${picked.value === i ? " now" : ""}${points[i]!.proven ? "" : " open"}`} role="radio" tabindex={picked.value === i ? 0 : -1} aria-checked={picked.value === i} aria-label={choiceText(points[i]!, i + 1)} onClick={() => (picked.value = i)} onKeyDown={(e) => move(e, points.length)}>
            <title>{choiceText(points[i]!, i + 1)}</title>
            <circle class="hit" cx={px} cy={py} r="13" />
            <circle class="dot" cx={px} cy={py} r={picked.value === i ? 7 : 5} />
            <text x={px} y={py - 9} text-anchor="middle">{i + 1}</text>
          </g>
        ))}
      </svg>
    </div>
  );
}

function Row({ point, number }: { point: FairChoice; number: number }) {
  const id = `fair-${number}`;
  return (
    <tr class={picked.value === number - 1 ? "now" : undefined}>
      <th scope="row">
        <label for={id}><input type="radio" id={id} name="siting_choice" checked={picked.value === number - 1} onChange={() => (picked.value = number - 1)} /><span>{number}</span></label>
      </th>
      <td>{people(point.persons, point.persons_margin)}{point.tied && <abbr title={t("siting.fair.tied_long")}> {t("siting.fair.tied")}</abbr>}</td>
      <td>{minutesText(point.far_minutes)}</td>
      <td>{minutesText(point.excess_minutes)}</td>
      <td>{point.proven ? t("siting.fair.yes") : t("siting.fair.gap", { gap: (100 * point.gap).toPrecision(2) })}</td>
    </tr>
  );
}

export function Front({ points }: { points: readonly FairChoice[] }) {
  if (points.length < 2) return null;
  const some = (is: (p: FairChoice) => boolean): boolean => points.some(is);
  return (
    <figure class="siting-front">
      <figcaption class="small">{t("siting.fair.caption")}</figcaption>
      <Chart points={points} />
      <table class="front">
        <caption class="quiet small">{t("siting.fair.table")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("siting.fair.choice")}</th><th scope="col">{t("siting.fair.people")}</th><th scope="col">{t("siting.fair.far")}</th><th scope="col">{t("siting.fair.mean")}</th><th scope="col">{t("siting.fair.proven")}</th>
          </tr>
        </thead>
        <tbody>{points.map((point, i) => <Row key={i} point={point} number={i + 1} />)}</tbody>
      </table>
      <p class="quiet small">{t("siting.fair.first")}{some((p) => p.tied) && ` ${t("siting.fair.tied_note")}`}{some((p) => !p.proven) && ` ${t("siting.fair.open_note")}`}</p>
    </figure>
  );
}
