/** Stations whose load exceeds their capacity in the next years, by the year in which it does. */

import { useEffect } from "preact/hooks";
import { itemsUrl } from "../api";
import { language, named, t } from "../i18n";
import { openStation } from "../map/cards";
import { mode, overlays, selectedStation, service, toggle } from "../state";
import { Failure } from "../ui/Failure";
import { modeName, serviceName } from "../ui/words";
import { outlookKnown, overloadList, type Overload } from "./data";
import "./projection.css";

const MOST = 100;

const choose = (unit: string): void => {
  if (!overlays.value.has("stations")) toggle("stations");
  void openStation(unit);
};

/** From when to when it may be, in words. */
function range({ year, earliest, latest }: Overload): string {
  if (year !== null && earliest === latest) return "";
  if (latest !== null) return t("overload.range", { earliest, latest });
  return t(year === null ? "overload.perhaps" : "overload.from", { earliest });
}

/** The year above its stations; the band has no width in the year of the last count, so that all three years are one. */
function heading(year: number | null, all: readonly Overload[]): string {
  if (year === null) return t("overload.possible");
  return t(all.some((o) => o.year === year && o.latest !== o.earliest) ? "overload.year" : "overload.already", { year });
}

function Entry({ of: o }: { of: Overload }) {
  return (
    <li>
      <button type="button" data-overload={o.unit} aria-pressed={selectedStation.value === o.unit} onClick={() => choose(o.unit)}>
        <span>{o[language.value]}</span>
        <small>{[named("tier", o.tier), range(o)].filter(Boolean).join(" · ")}</small>
      </button>
    </li>
  );
}

export function OverloadList() {
  useEffect(() => overloadList.keep(), []);
  if (!outlookKnown()) return null;
  if (overloadList.problem.value) return <Failure what="overload" problem={overloadList.problem.value} retry={overloadList.retry} />;
  const all = (overloadList.value.value ?? []).slice(0, MOST);
  const years = [...new Set(all.map((o) => o.year))];
  return (
    <details class="overload" aria-busy={overloadList.loading.value}>
      <summary><h2>{t("overload.title", { number: all.filter((o) => o.year !== null).length })}</h2></summary>
      <p class="quiet">{t("overload.note", { service: serviceName(service.value), mode: modeName(mode.value) })}</p>
      {years.map((year) => (
        <div key={year}>
          <h3>{heading(year, all)}</h3>
          <ol>{all.filter((o) => o.year === year).map((o) => <Entry key={o.unit} of={o} />)}</ol>
        </div>
      ))}
      {overloadList.value.value && all.length === 0 && <p class="quiet">{t("overload.none")}</p>}
      <p><a href={itemsUrl("station_outlook", { f: "csv" })}>{t("overload.csv")}</a></p>
    </details>
  );
}
