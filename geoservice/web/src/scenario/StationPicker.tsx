/** The stations of the release that the question is about: to close or reopen each, and to pick one for the keyboard. */

import { useSignal } from "@preact/signals";
import { language, t } from "../i18n";
import { service, tier } from "../state";
import { serviceName } from "../ui/words";
import { edits, picked } from "./choice";
import { places, type Place } from "./data";
import { editOf } from "./edits";
import { focusMark } from "./markers";
import { Actions } from "./ScenarioCard";

const MOST = 200;

const counts = (p: Place): boolean => p.services.includes(service.value) && (tier.value === "any" || p.tier === tier.value);

function pick(unit: string): void {
  picked.value = unit;
  focusMark(unit);
}

export function StationPicker() {
  const search = useSignal("");
  const words = search.value.trim().toLocaleLowerCase();
  const collator = new Intl.Collator(language.value === "zh" ? "zh-CN" : "en");
  const own = [...(places.value.value?.values() ?? [])].filter(counts);
  const shown = own.filter((p) => !words || `${p.zh} ${p.en}`.toLocaleLowerCase().includes(words)).sort((a, b) => collator.compare(a[language.value], b[language.value]));
  return (
    <details class="stations picker">
      <summary>{t("scenario.stations", { service: serviceName(service.value), number: own.length })}</summary>
      <p class="quiet">{t("scenario.pick")}</p>
      <input type="search" name="scenario_station" aria-label={t("stations.search")} placeholder={t("stations.search")} value={search.value} onInput={(e) => (search.value = e.currentTarget.value)} />
      <ul>
        {shown.slice(0, MOST).map((p) => (
          <li key={p.unit} data-unit={p.unit}>
            <button type="button" aria-pressed={picked.value === p.unit} onClick={() => pick(p.unit)}>{p[language.value]}</button>
            <Actions station={p.unit} edit={editOf(edits.value, p.unit)} />
          </li>
        ))}
      </ul>
      {shown.length > MOST && <p class="quiet">{t("stations.more", { most: MOST })}</p>}
    </details>
  );
}
