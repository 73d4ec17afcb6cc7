/** The uptake of the service of the page in one area: its last rate, its trend in words, and a line of its periods. */

import { computed } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { t } from "../i18n";
import { Loaded } from "../loaded";
import { service } from "../state";
import { groupName, serviceName } from "../ui/words";
import { scaleOf, type Card } from "./cards";
import { cardGroup, services, there } from "./choice";
import { fetchCards } from "./data";
import { Sparkline } from "./Sparkline";
import { rateText, trendText } from "./words";

const has = computed((): boolean => there.value && services.value.includes(service.value));

function loadedFor(area: string): Loaded<Card[]> {
  const asked = () => ({ service: service.value, group: cardGroup.value, area });
  return new Loaded(
    () => (has.value ? JSON.stringify(asked()) : null),
    async () => [...(await fetchCards(asked()))].sort((a, b) => a.period.localeCompare(b.period)),
  );
}

export function AreaTrend({ area }: { area: string }) {
  const found = useMemo(() => loadedFor(area), [area]);
  useEffect(() => found.keep(), [found]);
  const cards = found.value.value ?? [];
  const last = cards.at(-1);
  if (!last || last.rate.value === null) return null;
  return (
    <article class="area trend" data-area={area}>
      <h3>{t("scorecard.uptake", { service: serviceName(service.value), group: groupName(cardGroup.value) })}</h3>
      <p><Sparkline rates={cards.map((c) => c.rate.value)} scale={scaleOf(cards)} /> {t("scorecard.last", { period: last.period, rate: rateText(last), trend: trendText(last) })}</p>
    </article>
  );
}
