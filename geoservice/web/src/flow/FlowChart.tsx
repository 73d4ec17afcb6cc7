/** The flows as bars, each with its margin as a whisker: a bar for each row of the table. */

import { t } from "../i18n";
import { uncertain } from "../number";
import { numberOf } from "../ui/words";
import type { Flow } from "./flows";
import { marked, pin, pointing } from "./mark";
import { differing, rowName, sentenceOf } from "./words";

const W = 344;
const STEP = 17;
/** More bars than the largest flows of a screen say nothing that the table does not say better. */
export const MOST = 20;

/** Pixels for the names: more where they have two ends. */
const nameWidth = (): number => (differing.value === "both" ? 196 : 128);
/** Pixels of a letter; Chinese characters are wider. */
const LETTER = 6.5;
const WIDE_LETTER = 12;

/** From people to a place on the axis; the axis has room for every margin, and for numbers below zero. */
function axis(flows: readonly Flow[]): (people: number) => number {
  const ends = flows.flatMap(({ persons: { value, margin } }) => [(value ?? 0) - (margin ?? 0), (value ?? 0) + (margin ?? 0)]);
  const [low, high] = [Math.min(0, ...ends), Math.max(1, ...ends)];
  const from = nameWidth() + 8;
  return (people) => from + ((W - from - 4) * (people - low)) / (high - low);
}

/** A name as long as there is room for. */
function short(name: string): string {
  let room = nameWidth();
  const kept = [...name].filter((c) => (room -= c > "\u2e80" ? WIDE_LETTER : LETTER) >= 0).join("");
  return kept === name ? name : `${kept.slice(0, -1)}…`;
}

function Bar({ flow, y, x }: { flow: Flow; y: number; x: (people: number) => number }) {
  const { value, margin } = flow.persons;
  const people = value ?? 0;
  const doubtful = uncertain("count", value, margin);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a short cut for the pointer; the rows of the table do the same for everybody
    <g class={marked.value?.key === flow.key ? "flow now" : "flow"} data-key={flow.key} {...pointing(flow.key)} onClick={() => pin(flow.key)}>
      <title>{sentenceOf(flow)}</title>
      <rect class="hit" x="0" y={y} width={W} height={STEP} />
      <text x={nameWidth()} y={y + 12.5} text-anchor="end">{short(rowName(flow))}</text>
      <rect class={doubtful ? "bar uncertain" : "bar"} x={Math.min(x(0), x(people))} y={y + 3} width={Math.max(0.8, Math.abs(x(people) - x(0)))} height={STEP - 6} rx="1.5" />
      {margin !== null && margin > 0 && <line class="whisker" x1={x(people - margin)} x2={x(people + margin)} y1={y + STEP / 2} y2={y + STEP / 2} />}
    </g>
  );
}

export function FlowChart({ flows }: { flows: readonly Flow[] }) {
  const shown = flows.slice(0, MOST);
  const x = axis(shown);
  const height = shown.length * STEP + 4;
  const values = shown.map((f) => `${rowName(f)} ${numberOf("persons", f.persons).text}`).join(t("semicolon"));
  return (
    <>
      <svg class="chart flow-chart" viewBox={`0 0 ${W} ${height}`} role="img" aria-label={t("flows.chart", { values })}>
        <g class="grid"><line x1={x(0)} x2={x(0)} y1="0" y2={height} /></g>
        {shown.map((f, i) => <Bar key={f.key} flow={f} y={i * STEP + 2} x={x} />)}
      </svg>
      {flows.length > MOST && <p class="quiet">{t("flows.chart_most", { most: MOST })}</p>}
    </>
  );
}
