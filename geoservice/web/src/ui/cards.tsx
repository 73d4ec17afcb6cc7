/** Cards that open on the map. */

import { named, show, t } from "../i18n";
import { language } from "../i18n";
import { mode, service, study } from "../state";
import { itemsUrl } from "../api";
import type { Value } from "../types";
import { serviceName } from "./words";

type Props = { feature: Record<string, Value> };

const num = (v: Value | undefined): number | null => (typeof v === "number" ? v : null);

function Facts({ of }: { of: [string, string][] }) {
  return (
    <dl class="facts">
      {of.map(([k, v]) => (
        <div key={k}>
          <dt>{k}</dt>
          <dd>{v}</dd>
        </div>
      ))}
    </dl>
  );
}

export function StationCard({ feature: f }: Props) {
  const offered = String(f["services"] ?? "").split(" ").filter(Boolean);
  const load = `load_${service.value}_${mode.value}`;
  const served = `served_${service.value}_${mode.value}`;
  const asked = offered.includes(service.value);
  return (
    <article class="card">
      <h3>{String(f[`name_${language.value}`] ?? f["name_zh"] ?? f["name"] ?? f["unit"])}</h3>
      <p class="quiet">{named("tier", String(f["tier"]))} · {offered.map(serviceName).join(t("comma"))}</p>
      <Facts
        of={[
          ...(num(f["capacity"]) === null ? [] : [[t("station.capacity"), show(num(f["capacity"]))] as [string, string]]),
          ...(asked
            ? ([
                [t("station.served", { service: serviceName(service.value), mode: named("mode", mode.value) }), show(num(f[served]))],
                [t("station.load"), show(num(f[load]), 0, "%")],
              ] as [string, string][])
            : []),
        ]}
      />
      <a href={itemsUrl("stations", { unit: String(f["unit"]) })} target="_blank" rel="noopener">{t("source")}</a>
    </article>
  );
}

export function CatchmentCard({ feature: f }: Props) {
  return (
    <article class="card">
      <h3>{String(f["station_name"] ?? f["station"])}</h3>
      <p class="quiet">{t("catchment.of", { service: serviceName(String(f["service"])), mode: named("mode", String(f["mode"])) })}</p>
      <Facts
        of={[
          [t("column.persons"), show(num(f["persons"] ?? f["catchment_persons"]))],
          [t("station.load"), show(num(f["load"]), 0, "%")],
        ]}
      />
      <a href={itemsUrl("catchments", { unit: String(f["unit"]) })} target="_blank" rel="noopener">{t("source")}</a>
    </article>
  );
}

export function GapCard({ feature: f }: Props) {
  const standard = num(f["minutes"]) ?? study.value.services.find((s) => s.id === f["service"])?.standard_minutes ?? 0;
  return (
    <article class="card">
      <h3>{t("gap.title", { rank: num(f["rank"]) ?? "–" })}</h3>
      <p class="quiet">{t("gap.beyond", { minutes: standard, service: serviceName(String(f["service"])), mode: named("mode", String(f["mode"])) })}</p>
      <Facts
        of={[
          [t("gap.people"), show(num(f["uncovered_persons"]))],
          [t("gap.nearest"), f["nearest_minutes"] == null ? t("beyond") : show(num(f["nearest_minutes"]), 0, t("unit.min"))],
          [t("gap.reach"), show(num(f["reach_persons"]))],
        ]}
      />
      <a href={itemsUrl("gaps", { unit: String(f["unit"]) })} target="_blank" rel="noopener">{t("source")}</a>
    </article>
  );
}
