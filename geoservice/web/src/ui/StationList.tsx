/** Stations by name: the way to each of them that needs no pointer. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { language, named, t } from "../i18n";
import { openStation } from "../map/cards";
import { overlays, selectedStation, service, toggle } from "../state";
import { askMoreStations, firstStations, manyStations, matching, search, stations, type Station } from "../stations";
import { Failure } from "./Failure";
import { serviceName } from "./words";

const MOST = 200;

async function choose(unit: string, failed: (unit: string | null) => void): Promise<void> {
  if (!overlays.value.has("stations")) toggle("stations");
  failed((await openStation(unit)) ? null : unit);
}

function Entry({ station: s, failed }: { station: Station; failed: (unit: string | null) => void }) {
  return (
    <li>
      <button type="button" data-unit={s.unit} aria-pressed={selectedStation.value === s.unit} onClick={() => void choose(s.unit, failed)}>
        <span>{s[language.value]}</span>
        <small>{named("tier", s.tier)} · {s.services.map(serviceName).join(t("comma"))}{s.readiness && <span class={`ready-${s.readiness}`}> · {t(`readiness.is.${s.readiness}`)}</span>}</small>
      </button>
    </li>
  );
}

/** The stations listed: those of the question, how many there are of them, and the others where all are at hand. */
function listed(): { own: Station[]; number: number; other: Station[] } {
  if (manyStations.value) {
    const { listed: own, number } = firstStations.value.value ?? { listed: [], number: 0 };
    return { own, number, other: [] };
  }
  const words = search.value.trim().toLocaleLowerCase();
  const collator = new Intl.Collator(language.value === "zh" ? "zh-CN" : "en");
  const all = (stations.value.value ?? [])
    .filter((s) => !words || `${s.zh} ${s.en}`.toLocaleLowerCase().includes(words))
    .sort((a, b) => collator.compare(a[language.value], b[language.value]));
  const own = all.filter(matching);
  return { own: own.slice(0, MOST), number: own.length, other: all.filter((s) => !matching(s)) };
}

export function StationList() {
  const lost = useSignal<string | null>(null);
  useEffect(() => () => void (search.value = ""), []);
  const failed = (unit: string | null): void => void (lost.value = unit);
  const { own, number, other } = listed();
  const from = manyStations.value ? firstStations : stations;
  return (
    <section class="stations" aria-busy={from.loading.value}>
      <h2>{t("stations.title", { service: serviceName(service.value), number })}</h2>
      {from.problem.value && <Failure what="stations" problem={from.problem.value} retry={from.retry} />}
      {lost.value && <Failure what="stations" retry={() => void choose(lost.value!, failed)} />}
      <input type="search" name="station" aria-label={t("stations.search")} placeholder={t("stations.search")} value={search.value} onInput={(e) => (search.value = e.currentTarget.value)} />
      <ol>{own.map((s) => <Entry key={s.unit} station={s} failed={failed} />)}</ol>
      {from.value.value && own.length === 0 && <p class="quiet">{t("stations.none")}</p>}
      {other.length > 0 && <h3>{t("stations.others")}</h3>}
      <ol>{other.slice(0, MOST).map((s) => <Entry key={s.unit} station={s} failed={failed} />)}</ol>
      {manyStations.value && number > own.length && <button type="button" class="plain" onClick={askMoreStations}>{t("stations.next")}</button>}
      {!manyStations.value && Math.max(number, other.length) > MOST && <p class="quiet">{t("stations.more", { most: MOST })}</p>}
    </section>
  );
}
