/** The right panel: the area chosen, the table of areas, gaps by people, and the data itself. */

import { useSignal } from "@preact/signals";
import { t } from "../i18n";
import { tab, type Tab } from "../state";
import { AreaCard } from "./AreaCard";
import { AreaTable } from "./AreaTable";
import { DataLinks } from "./DataLinks";
import { GapList } from "./GapList";

const TABS: Tab[] = ["areas", "gaps", "data"];

function Tabs() {
  const step = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    tab.value = TABS[(TABS.indexOf(tab.value) + by + TABS.length) % TABS.length]!;
    document.getElementById(`tab-${tab.value}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={t("results")} onKeyDown={step}>
      {TABS.map((id) => (
        <button key={id} id={`tab-${id}`} type="button" role="tab" aria-selected={tab.value === id} aria-controls="results-body" tabIndex={tab.value === id ? 0 : -1} onClick={() => (tab.value = id)}>
          {t(`tab.${id}`)}
        </button>
      ))}
    </div>
  );
}

export function Results() {
  const folded = useSignal(false);
  return (
    <aside id="results" class={`panel results${folded.value ? " folded" : ""}`} aria-label={t("results")} tabIndex={-1}>
      <button type="button" class="fold" aria-expanded={!folded.value} aria-label={t(folded.value ? "unfold" : "fold")} title={t(folded.value ? "unfold" : "fold")} onClick={() => (folded.value = !folded.value)}>
        {folded.value ? "‹" : "›"}
      </button>
      {!folded.value && (
        <>
          <Tabs />
          <div id="results-body" role="tabpanel" aria-labelledby={`tab-${tab.value}`}>
            {tab.value === "areas" && (
              <>
                <AreaCard />
                <AreaTable />
              </>
            )}
            {tab.value === "gaps" && <GapList />}
            {tab.value === "data" && <DataLinks />}
          </div>
          <footer>{t("reading")}</footer>
        </>
      )}
    </aside>
  );
}
