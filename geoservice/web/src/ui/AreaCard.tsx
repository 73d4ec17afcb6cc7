/** The chosen area: its numbers, each a link to the released row, and coverage by break as a small chart. */

import { areas, valueAt, valueUrl, type Name } from "../data";
import { language, show, signed, t } from "../i18n";
import { flyHome } from "../map/flight";
import { group, minutes, selected, study } from "../state";
import { groupName, reaching } from "./words";

const W = 404;
const H = 104;
const BASE = 84;

/** A bar for each break in the chosen group; a ring for residents and a dot for migrants. */
function Chart({ unit }: { unit: string }) {
  const breaks = study.value.minutes;
  const step = (W - 30) / breaks.length;
  const y = (v: number): number => BASE - (v / 100) * (BASE - 10);
  const mark = (name: Name, at: number, x: number) => {
    const v = valueAt(name, unit, at);
    return v === null ? null : <circle class={name} cx={x} cy={y(v)} r="3.2" />;
  };
  const spoken = breaks.map((m) => `${m} ${t("unit.min").trim()}: ${show(valueAt("share", unit, m), 0, "%")}`).join(", ");
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
        const v = valueAt("share", unit, m);
        return (
          <g key={m} class={m === minutes.value ? "break now" : "break"} onClick={() => (minutes.value = m)}>
            <rect class="hit" x={x - step / 2} y="0" width={step} height={H} />
            {v === null ? <rect class="unreleased" x={x - 9} y={y(100)} width="18" height={BASE - y(100)} /> : <rect class="bar" x={x - 9} y={y(v)} width="18" height={BASE - y(v)} rx="1.5" />}
            {study.value.migrants && mark("resident", m, x - 4.5)}
            {study.value.migrants && mark("migrant", m, x + 4.5)}
            <text x={x} y={H - 6} text-anchor="middle">{m}</text>
          </g>
        );
      })}
    </svg>
  );
}

function Fact({ unit, name, text, label }: { unit: string; name: Name | "persons"; text: string; label: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <a href={valueUrl(unit, name)} target="_blank" rel="noopener" title={t("source")}>{text}</a>
      </dd>
    </div>
  );
}

export function AreaCard() {
  const area = areas.value.find((a) => a.unit === selected.value);
  if (!area) return <p class="hint">{t("areas.hint")}</p>;
  const { unit } = area;
  const at = minutes.value;
  const both = study.value.migrants;
  const clear = (): void => {
    selected.value = null;
    flyHome();
  };
  return (
    <article class="area" aria-live="polite">
      <div class="bar">
        <h2>{area[language.value]}</h2>
        <button type="button" class="plain" onClick={clear}>{t("areas.clear")}</button>
      </div>
      <dl class="numbers">
        <Fact unit={unit} name="share" label={t("area.share", { group: groupName(group.value), minutes: at })} text={show(valueAt("share", unit, at), 1, "%")} />
        <Fact unit={unit} name="persons" label={t("column.persons")} text={show(area.persons)} />
        <Fact unit={unit} name="median" label={t("column.median")} text={reaching("median", unit, 1, t("unit.min")) ?? t("suppressed")} />
        <Fact unit={unit} name="p90" label={t("column.p90")} text={reaching("p90", unit, 1, t("unit.min")) ?? t("suppressed")} />
        {both && <Fact unit={unit} name="resident" label={groupName("resident")} text={show(valueAt("resident", unit, at), 1, "%")} />}
        {both && <Fact unit={unit} name="migrant" label={groupName("migrant")} text={show(valueAt("migrant", unit, at), 1, "%")} />}
        {both && <Fact unit={unit} name="gap" label={t("column.gap_points")} text={signed(valueAt("gap", unit, at))} />}
      </dl>
      <Chart unit={unit} />
      <p class="keys">
        <span><i class="bar" />{groupName(group.value)}</span>
        {both && <span><i class="resident" />{groupName("resident")}</span>}
        {both && <span><i class="migrant" />{groupName("migrant")}</span>}
        <span class="axis">{t("chart.axis")}</span>
      </p>
    </article>
  );
}
