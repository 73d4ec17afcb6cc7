/** The tabs: areas, gaps by people, stations, the data itself; on a narrow screen also the question. */

import type { VNode } from "preact";
import { t } from "../i18n";
import { narrow, sheet } from "../layout";
import { layerOf, tab, TABS, type Tab } from "../state";
import { AreaCard } from "./AreaCard";
import { AreaTable } from "./AreaTable";
import { Controls } from "./Controls";
import { DataLinks } from "./DataLinks";
import { GapList } from "./GapList";
import { StationList } from "./StationList";

const there = (id: Tab): boolean => (id === "question" ? narrow.value : id === "gaps" || id === "stations" ? layerOf(id) !== undefined : true);

export const tabsShown = (): Tab[] => TABS.filter(there);
const current = (): Tab => (there(tab.value) ? tab.value : "areas");

function choose(id: Tab): void {
  tab.value = id;
  if (sheet.value === "low") sheet.value = "half";
}

export function Tabs() {
  const ids = tabsShown();
  const step = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = event.key === "Home" ? ids[0] : event.key === "End" ? ids.at(-1) : by && ids[(ids.indexOf(current()) + by + ids.length) % ids.length];
    if (!next) return;
    event.preventDefault();
    choose(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={t("results")} onKeyDown={step}>
      {ids.map((id) => (
        <button key={id} id={`tab-${id}`} type="button" role="tab" aria-selected={current() === id} aria-controls="results-body" tabIndex={current() === id ? 0 : -1} onClick={() => choose(id)}>
          {t(`tab.${id}`)}
        </button>
      ))}
    </div>
  );
}

const BODIES: Readonly<Record<Tab, () => VNode>> = {
  question: () => <Controls />,
  areas: () => <><AreaCard /><AreaTable /></>,
  gaps: () => <GapList />,
  stations: () => <StationList />,
  data: () => <DataLinks />,
};

export function Body() {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a panel that scrolls must be within reach of the keyboard
    <div id="results-body" role="tabpanel" tabIndex={0} aria-labelledby={`tab-${current()}`}>
      {BODIES[current()]()}
      <p class="reading">{t("reading")}</p>
    </div>
  );
}
