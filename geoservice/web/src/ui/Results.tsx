/** The tabs: areas, gaps by people, stations, flows of people, the data itself; on a narrow screen also the question. */

import { createElement, type FunctionComponent, type VNode } from "preact";
import { EqualPanel } from "../equal/EqualPanel";
import { code as flowCode, showTheme } from "../flow/load";
import { code as hotspotCode } from "../hotspot/load";
import { t } from "../i18n";
import { narrow, sheet } from "../layout";
import { code as toolCode } from "../live/load";
import { tool, type Tool } from "../live/tool";
import type { Loaded } from "../loaded";
import { there as cardsThere } from "../scorecard/choice";
import { code as cardCode } from "../scorecard/load";
import { scenarioOn } from "../scenario/choice";
import { code as scenarioCode } from "../scenario/load";
import { layerOf, ownTab, SCORECARD, tab, TABS, type Tab } from "../state";
import { VAN_STOPS } from "../vans/choice";
import { VansPanel } from "../vans/VansPanel";
import { OverloadList } from "../projection/OverloadList";
import { AreaCard } from "./AreaCard";
import { AreaTable } from "./AreaTable";
import { Controls, Question } from "./Controls";
import { DataLinks } from "./DataLinks";
import { Failure } from "./Failure";
import { Headline } from "./Headline";
import { GapList } from "./GapList";
import { StationList } from "./StationList";

const there = (id: Tab): boolean => (id === "question" ? narrow.value : id === SCORECARD ? cardsThere.value : id === "vans" ? layerOf(VAN_STOPS) !== undefined : id === "gaps" || id === "stations" || ownTab(id) ? layerOf(id) !== undefined : true);

export const tabsShown = (): Tab[] => TABS.filter(there);
const current = (): Tab => (there(tab.value) ? tab.value : "areas");

function choose(id: Tab): void {
  if (ownTab(id)) showTheme(id);
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

interface FetchedProps<T> {
  what: "flows" | "hotspots" | "scorecards" | "scenario" | Tool;
  code: Loaded<T>;
  panel: (code: T) => FunctionComponent;
}

/** A panel, as soon as its code is there. */
function Fetched<T>({ what, code, panel }: FetchedProps<T>) {
  const there = code.value.value;
  if (there !== null) return createElement(panel(there), null);
  return code.problem.value ? <Failure what={what} problem={code.problem.value} retry={code.retry} /> : <p class="quiet" role="status">{t("loading")}</p>;
}

const BODIES: Readonly<Record<Tab, () => VNode>> = {
  question: () => <Controls />,
  areas: () => <><AreaCard /><AreaTable /></>,
  gaps: () => <GapList />,
  stations: () => <><OverloadList /><StationList /></>,
  flows: () => <Fetched what="flows" code={flowCode} panel={(code) => code.FlowPanel} />,
  hotspots: () => <Fetched what="hotspots" code={hotspotCode} panel={(code) => code.HotspotPanel} />,
  fairness: () => <EqualPanel />,
  scorecard: () => <Fetched what="scorecards" code={cardCode} panel={(code) => code.ScorecardPanel} />,
  vans: () => <VansPanel />,
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

/** What is asked, where there is no panel for it beside the map. */
const Choices = () => (narrow.value ? <details class="choices"><summary>{t("question")}</summary><Question /></details> : null);

/** A scenario takes the place of the tabs while it is open. */
function ScenarioBody() {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a panel that scrolls must be within reach of the keyboard
    <div id="results-body" role="region" tabIndex={0} aria-label={t("scenario.title")}>
      <Fetched what="scenario" code={scenarioCode} panel={(code) => code.ScenarioPanel} />
      <Choices />
      <p class="reading">{t("reading")}</p>
    </div>
  );
}

/** So does a tool that takes the clicks on the map, also that of a scenario. */
function ToolBody({ of }: { of: Tool }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a panel that scrolls must be within reach of the keyboard
    <div id="results-body" role="region" tabIndex={0} aria-label={t(`${of}.title`)}>
      <Fetched what={of} code={toolCode} panel={(code) => code.Panel} />
      <Choices />
      <p class="reading">{t("reading")}</p>
    </div>
  );
}

/** All that answers the question: in brief, and by tab; a low sheet has no room for the tab. */
export function Answers({ low = false }: { low?: boolean }) {
  if (tool.value) return low ? null : <ToolBody of={tool.value} />;
  if (scenarioOn.value) return low ? null : <ScenarioBody />;
  return (
    <>
      <Headline />
      <Tabs />
      {!low && <Body />}
    </>
  );
}
