/** Stations by name: the way to each of them that needs no pointer. */

import { useSignal } from "@preact/signals";
import { language, named, t } from "../i18n";
import { openStation } from "../map/cards";
import { overlays, selectedStation, service, toggle } from "../state";
import { matching, stations, type Station } from "../stations";
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

export function StationList() {
  const search = useSignal("");
  const lost = useSignal<string | null>(null);
  const failed = (unit: string | null): void => void (lost.value = unit);
  const words = search.value.trim().toLocaleLowerCase();
  const collator = new Intl.Collator(language.value === "zh" ? "zh-CN" : "en");
  const all = (stations.value.value ?? [])
    .filter((s) => !words || `${s.zh} ${s.en}`.toLocaleLowerCase().includes(words))
    .sort((a, b) => Number(matching(b)) - Number(matching(a)) || collator.compare(a[language.value], b[language.value]));
  const [own, other] = [all.filter(matching), all.filter((s) => !matching(s))];
  return (
    <section class="stations" aria-busy={stations.loading.value}>
      <h2>{t("stations.title", { service: serviceName(service.value), number: own.length })}</h2>
      {stations.problem.value && <Failure what="stations" problem={stations.problem.value} retry={stations.retry} />}
      {lost.value && <Failure what="stations" retry={() => void choose(lost.value!, failed)} />}
      <input type="search" name="station" aria-label={t("stations.search")} placeholder={t("stations.search")} value={search.value} onInput={(e) => (search.value = e.currentTarget.value)} />
      <ol>{own.slice(0, MOST).map((s) => <Entry key={s.unit} station={s} failed={failed} />)}</ol>
      {stations.value.value && own.length === 0 && <p class="quiet">{t("stations.none")}</p>}
      {other.length > 0 && <h3>{t("stations.others")}</h3>}
      <ol>{other.slice(0, MOST).map((s) => <Entry key={s.unit} station={s} failed={failed} />)}</ol>
      {Math.max(own.length, other.length) > MOST && <p class="quiet">{t("stations.more", { most: MOST })}</p>}
    </section>
  );
}
