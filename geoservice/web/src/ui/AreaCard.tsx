/** The chosen area: its numbers, each a link to the released row, and coverage by break as a small chart. */

import { measureOf, now, numbers, valueAt, valueUrl, type Name } from "../data";
import { language, t } from "../i18n";
import { flyHome } from "../map/flight";
import { clamped, uncertain } from "../number";
import { chosen, group, idle, minutes, selected, study } from "../state";
import type { Estimate } from "../types";
import { Projection } from "../projection/ProjectionChart";
import { Estimated } from "./Estimated";
import { AreaLocations } from "./Located";
import { AreaReadiness } from "./Readiness";
import { groupName, numberOf } from "./words";

const W = 404;
const H = 104;
const BASE = 84;

const height = (v: number): number => BASE - (clamped("covered_share", v) / 100) * (BASE - 10);

/** A bar to the share and a whisker over its margin; a dashed frame where there is no share. */
function Bar({ x, of: { value, margin } }: { x: number; of: Estimate }) {
  const y = height;
  if (value === null) return <rect class="empty" x={x - 9} y={y(100)} width="18" height={BASE - y(100)} />;
  const doubtful = uncertain("ratio", value, margin);
  return (
    <>
      <rect class={doubtful ? "bar uncertain" : "bar"} x={x - 9} y={y(value)} width="18" height={BASE - y(value)} rx="1.5" />
      {margin !== null && margin > 0 && <line class="whisker" x1={x} x2={x} y1={y(value - margin)} y2={y(value + margin)} />}
    </>
  );
}

/** A bar for each break in the chosen group; a ring for residents and a dot for migrants. */
function Chart({ unit }: { unit: string }) {
  const breaks = study.value.minutes;
  const step = (W - 30) / breaks.length;
  const y = height;
  const mark = (name: Name, at: number, x: number) => {
    const { value, margin } = valueAt(name, unit, at);
    return value === null || uncertain("ratio", value, margin) ? null : <circle class={name} cx={x} cy={y(value)} r="3.2" />;
  };
  const spoken = breaks.map((m) => `${m} ${t("unit.min").trim()}: ${numberOf("covered_share", valueAt("share", unit, m)).text}`).join(", ");
  return (
    <svg class="chart" viewBox={`0 0 ${W} ${H}`} role="img" aria-label={t("chart.label", { values: spoken })}>
      {[0, 50, 100].map((v) => (
        <g key={v} class="grid">
          <line x1="28" x2={W} y1={y(v)} y2={y(v)} />
          <text x="24" y={y(v) + 3.5} text-anchor="end">{v}</text>
        </g>
      ))}
      {breaks.map((m, i) => {
        const x = 30 + step * (i + 0.5);
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: a short cut for the pointer; the slider does the same for everybody
          <g key={m} class={m === minutes.value ? "break now" : "break"} onClick={() => !idle("minutes") && (chosen.minutes.value = m)}>
            <rect class="hit" x={x - step / 2} y="0" width={step} height={H} />
            <Bar x={x} of={valueAt("share", unit, m)} />
            {study.value.migrants && mark("resident", m, x - 4.5)}
            {study.value.migrants && mark("migrant", m, x + 4.5)}
            <text x={x} y={H - 6} text-anchor="middle">{m}</text>
          </g>
        );
      })}
    </svg>
  );
}

function Fact({ unit, name, label }: { unit: string; name: Name; label: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <a href={valueUrl(unit, name)} target="_blank" rel="noopener" title={t("source")}>
          {numbers.value.value ? <Estimated measure={measureOf(name)} of={valueAt(name, unit, minutes.value)} /> : t("waiting")}
        </a>
      </dd>
    </div>
  );
}

export function AreaCard() {
  const area = now.value.areas.find((a) => a.unit === selected.value);
  if (!area) return <p class="hint">{t("areas.hint")}</p>;
  const { unit } = area;
  const at = minutes.value;
  const both = study.value.migrants;
  const clear = (): void => {
    selected.value = null;
    flyHome();
  };
  return (
    <article class="area" aria-live="polite" aria-busy={numbers.loading.value}>
      <div class="bar">
        <h2>{area[language.value]}</h2>
        <button type="button" class="plain" onClick={clear}>{t("areas.clear")}</button>
      </div>
      <dl class="numbers">
        <Fact unit={unit} name="share" label={t("area.share", { group: groupName(group.value), minutes: at })} />
        <Fact unit={unit} name="people" label={t("column.people")} />
        <Fact unit={unit} name="left" label={t("column.left_out")} />
        {(valueAt("off", unit, at).value ?? 0) > 0 && <Fact unit={unit} name="off" label={t("area.off_network")} />}
        <Fact unit={unit} name="median" label={t("column.median_time")} />
        <Fact unit={unit} name="p90" label={t("column.p90")} />
        {both && <Fact unit={unit} name="resident" label={t("column.resident_share")} />}
        {both && <Fact unit={unit} name="migrant" label={t("column.migrant_share")} />}
        {both && <Fact unit={unit} name="gap" label={t("column.gap_points")} />}
      </dl>
      {numbers.value.value && <Chart unit={unit} />}
      <p class="keys">
        <span><i class="bar" />{groupName(group.value)}</span>
        {both && <span><i class="resident" />{groupName("resident")}</span>}
        {both && <span><i class="migrant" />{groupName("migrant")}</span>}
        <span class="axis">{t("chart.axis")}</span>
      </p>
      <AreaReadiness />
      <AreaLocations />
      <Projection />
    </article>
  );
}
