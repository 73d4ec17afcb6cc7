/** Cards that open on the map. */

import type { ComponentChild } from "preact";
import { language, named, show, t } from "../i18n";
import { mode, service, study } from "../state";
import { itemsUrl } from "../api";
import { FromHere } from "../isochrone/FromHere";
import { estimateOf } from "../number";
import type { Value } from "../types";
import { Estimated } from "./Estimated";
import { gapName, GapSite } from "./GapList";
import { readinessOf } from "./Readiness";
import { modeName, serviceName } from "./words";

type Props = { feature: Record<string, Value> };

type Fact = [string, ComponentChild];

const num = (v: Value | undefined): number | null => (typeof v === "number" ? v : null);

/** The number that a feature carries under a name, which is the measure's unless the layer calls it otherwise. */
const estimated = (feature: Record<string, Value>, name: string, measure = name) => <Estimated measure={measure} of={estimateOf(feature, name)} />;

function Facts({ of }: { of: Fact[] }) {
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
  const told = (name: string, title: string): Fact[] => (f[name] ? [[title, String(f[name])]] : []);
  return (
    <article class="card">
      <h3>{String(f[`name_${language.value}`] ?? f["name_zh"] ?? f["name"] ?? f["unit"])}</h3>
      <p class="quiet">{named("tier", String(f["tier"]))} · {offered.map(serviceName).join(t("comma"))}</p>
      <Facts
        of={[
          ...told("opening_hours", t("station.hours")),
          ...(num(f["capacity"]) === null ? [] : [[t("station.capacity"), show(num(f["capacity"]))] as Fact]),
          [t("station.served", { service: serviceName(service.value), mode: modeName(mode.value) }), estimated(f, served, "served_persons")],
          [t("station.load"), estimated(f, load, "load")],
          ...told("shares_with", t("station.shares")),
          ...readinessOf(f),
        ]}
      />
      <p class="actions"><FromHere station={String(f["unit"])} /></p>
      <a href={itemsUrl("stations", { unit: String(f["unit"]) })} target="_blank" rel="noopener">{t("source")}</a>
    </article>
  );
}

export function CatchmentCard({ feature: f }: Props) {
  return (
    <article class="card">
      <h3>{String(f["station_name"] ?? f["station"])}</h3>
      <p class="quiet">{t("catchment.of", { service: serviceName(String(f["service"])), mode: modeName(String(f["mode"])) })}</p>
      <Facts
        of={[
          [t("column.people"), estimated(f, "persons" in f ? "persons" : "catchment_persons", "catchment_persons")],
          [t("station.load"), estimated(f, "load")],
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
      <h3>{gapName(f)}</h3>
      <p class="quiet">{t("gap.beyond", { minutes: standard, service: serviceName(String(f["service"])), mode: modeName(String(f["mode"])) })}{t("semicolon")}{t("gap.rank", { rank: num(f["rank"]) ?? "–" })}</p>
      <Facts of={[[t("gap.people"), estimated(f, "uncovered_persons")]]} />
      <GapSite of={f} />
      <a href={itemsUrl("gaps", { unit: String(f["unit"]) })} target="_blank" rel="noopener">{t("source")}</a>
    </article>
  );
}
