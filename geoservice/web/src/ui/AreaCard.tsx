/** The chosen area: its numbers, each a link to the released row, and coverage by break as a small chart. */

import { measureOf, now, numbers, valueAt, valueUrl, whole, type Area, type Level, type Name } from "../data";
import { language, t } from "../i18n";
import { flyHome, flyToArea } from "../map/flight";
import { clamped, uncertain } from "../number";
import { below, opened } from "../scope";
import { chosen, group, idle, minutes, selected, study } from "../state";
import type { Estimate } from "../types";
import { Projection } from "../projection/ProjectionChart";
import { show } from "./Breadcrumb";
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

/** An area among those of its level. */
interface Of {
  unit: string;
  here: Level;
}

/** A bar for each break in the chosen group; a ring for residents and a dot for migrants. */
function Chart({ unit, here }: Of) {
  const breaks = study.value.minutes;
  const step = (W - 30) / breaks.length;
  const y = height;
  const mark = (name: Name, at: number, x: number) => {
    const { value, margin } = valueAt(name, unit, at, here);
    return value === null || uncertain("ratio", value, margin) ? null : <circle class={name} cx={x} cy={y(value)} r="3.2" />;
  };
  const spoken = breaks.map((m) => `${m} ${t("unit.min").trim()}: ${numberOf("covered_share", valueAt("share", unit, m, here)).text}`).join(", ");
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
            <Bar x={x} of={valueAt("share", unit, m, here)} />
            {study.value.migrants && mark("resident", m, x - 4.5)}
            {study.value.migrants && mark("migrant", m, x + 4.5)}
            <text x={x} y={H - 6} text-anchor="middle">{m}</text>
          </g>
        );
      })}
    </svg>
  );
}

function Fact({ unit, here, name, label }: Of & { name: Name; label: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <a href={valueUrl(unit, name, minutes.value, here)} target="_blank" rel="noopener" title={t("source")}>
          {numbers.value.value ? <Estimated measure={measureOf(name)} of={valueAt(name, unit, minutes.value, here)} /> : t("waiting")}
        </a>
      </dd>
    </div>
  );
}

/** The area chosen, otherwise the one whose parts are shown. */
function subject(): { area: Area; here: Level } | null {
  const chosenArea = now.value.areas.find((a) => a.unit === selected.value);
  if (chosenArea) return { area: chosenArea, here: now.value };
  const openArea = opened.value && whole.value?.areas.find((a) => a.unit === opened.value?.unit);
  return openArea && whole.value ? { area: openArea, here: whole.value } : null;
}

export function AreaCard() {
  const found = subject();
  if (!found) return <p class="hint">{t("areas.hint")}</p>;
  const { area, here } = found;
  const { unit } = area;
  const own = unit === selected.value;
  const at = minutes.value;
  const both = study.value.migrants;
  const clear = (): void => {
    selected.value = null;
    if (opened.value) void flyToArea(opened.value.level, opened.value.unit);
    else flyHome();
  };
  return (
    <article class="area" aria-live="polite" aria-busy={numbers.loading.value}>
      <div class="bar">
        <h2>{area[language.value]}</h2>
        {own && below(here.geography) && <button type="button" class="plain open" onClick={() => show({ unit, level: here.geography })}>{t("areas.open")}</button>}
        {own && <button type="button" class="plain" onClick={clear}>{t("areas.clear")}</button>}
      </div>
      <dl class="numbers">
        <Fact unit={unit} here={here} name="share" label={t("area.share", { group: groupName(group.value), minutes: at })} />
        <Fact unit={unit} here={here} name="people" label={t("column.people")} />
        <Fact unit={unit} here={here} name="left" label={t("column.left_out")} />
        {(valueAt("off", unit, at, here).value ?? 0) > 0 && <Fact unit={unit} here={here} name="off" label={t("area.off_network")} />}
        <Fact unit={unit} here={here} name="median" label={t("column.median_time")} />
        <Fact unit={unit} here={here} name="p90" label={t("column.p90")} />
        {both && <Fact unit={unit} here={here} name="resident" label={t("column.resident_share")} />}
        {both && <Fact unit={unit} here={here} name="migrant" label={t("column.migrant_share")} />}
        {both && <Fact unit={unit} here={here} name="gap" label={t("column.gap_points")} />}
      </dl>
      {numbers.value.value && <Chart unit={unit} here={here} />}
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
