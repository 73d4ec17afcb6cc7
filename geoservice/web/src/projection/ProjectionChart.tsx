/** The people of the chosen area in future years: a line with its band, by group and migration scenario. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { itemsUrl } from "../api";
import { t } from "../i18n";
import { grouped } from "../number";
import { layerOf, selected } from "../state";
import { ticks } from "../ticks";
import { Failure } from "../ui/Failure";
import { Select } from "../ui/Select";
import { groupsOf, projection, SCENARIOS, seriesOf, YEARS, type Point, type Scenario } from "./data";
import "./projection.css";

const W = 404;
const H = 150;
const LEFT = 48;
const TOP = 8;
const BASE = H - 22;

const group = signal("all");
const scenario = signal<Scenario>("as_observed");

function Chart({ points }: { points: readonly Point[] }) {
  const marks = ticks(Math.min(...points.map((p) => p.low)), Math.max(...points.map((p) => p.high)));
  const [bottom = 0, top = 1] = [marks[0], marks.at(-1)];
  const [first = 0, last = 1] = [points[0]?.year, points.at(-1)?.year];
  const x = (year: number): number => LEFT + ((year - first) / Math.max(last - first, 1)) * (W - LEFT - 16);
  const y = (people: number): number => BASE - ((people - bottom) / Math.max(top - bottom, 1)) * (BASE - TOP);
  const path = (ends: readonly (readonly [number, number])[]): string => ends.map(([year, people]) => `${x(year).toFixed(1)},${y(people).toFixed(1)}`).join(" ");
  const values = points.map((p) => t("projection.point", { year: p.year, people: grouped(p.value), low: grouped(p.low), high: grouped(p.high) })).join(t("semicolon"));
  return (
    <svg class="chart projection-chart" viewBox={`0 0 ${W} ${H}`} role="img" aria-label={t("projection.chart", { group: t(`projection.group.${group.value}`), values })}>
      {marks.map((m) => (
        <g key={m} class="grid">
          <line x1={LEFT} x2={W} y1={y(m)} y2={y(m)} />
          <text x={LEFT - 4} y={y(m) + 3.5} text-anchor="end">{grouped(m)}</text>
        </g>
      ))}
      <polygon class="band" points={path([...points.map((p) => [p.year, p.low] as const), ...[...points].reverse().map((p) => [p.year, p.high] as const)])} />
      <polyline class="middle" points={path(points.map((p) => [p.year, p.value] as const))} />
      {points.map((p) => (
        <g key={p.year}>
          <title>{t("projection.point", { year: p.year, people: grouped(p.value), low: grouped(p.low), high: grouped(p.high) })}</title>
          <circle class="middle" cx={x(p.year)} cy={y(p.value)} r="3" />
          {(p.year - first) % (points.length > 12 ? 5 : 2) === 0 && <text x={x(p.year)} y={H - 6} text-anchor="middle">{p.year}</text>}
        </g>
      ))}
    </svg>
  );
}

export function Projection() {
  useEffect(() => projection.keep(), []);
  const layer = layerOf(YEARS);
  if (!layer || selected.value === null) return null;
  const rows = projection.value.value ?? [];
  const points = seriesOf(rows, scenario.value, group.value);
  const last = points.at(-1);
  const basis = String(rows[0]?.["basis"] ?? "");
  if (projection.problem.value) return <Failure what="projection" problem={projection.problem.value} retry={projection.retry} />;
  if (!last) return projection.loading.value ? <p class="quiet" role="status">{t("loading")}</p> : null;
  return (
    <section class="projection">
      <h3>{t("projection.title")}</h3>
      <div class="pair">
        <Select name="projection-group" label={t("projection.choice.group")} value={group.value} options={groupsOf(layer.columns).map((id) => [id, t(`projection.group.${id}`)] as const)} choose={(id) => (group.value = id)} />
        <Select name="projection-scenario" label={t("projection.choice.scenario")} value={scenario.value} options={SCENARIOS.map((id) => [id, t(`projection.scenario.${id}`)] as const)} choose={(id) => (scenario.value = id as Scenario)} />
      </div>
      <p>{t("projection.sentence", { first: points[0]?.year, now: grouped(points[0]?.value ?? 0), year: last.year, people: grouped(last.value), low: grouped(last.low), high: grouped(last.high) })}</p>
      <Chart points={points} />
      <p class="quiet">{t(`projection.basis.${basis}`, { defaultValue: "" })} <a href={itemsUrl(YEARS, { area: selected.value, f: "csv" })}>{t("projection.csv")}</a></p>
    </section>
  );
}
