import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { code } from "../flow/load";
import { say, t } from "../i18n";
import { narrow, panels } from "../layout";
import { leaveTool } from "../live/entry";
import { code as toolCode } from "../live/load";
import { tool } from "../live/tool";
import { closeCard } from "../map/cards";
import { MapView } from "../map/MapView";
import { scenarioOn } from "../scenario/choice";
import { leave } from "../scenario/entry";
import { flowsOn, selected, study } from "../state";
import { outdated } from "../watch";
import { Controls, Title } from "./Controls";
import { Panel } from "./Panel";
import { Answers } from "./Results";
import { Sheet } from "./Sheet";

/** Escape closes what was opened last: the card on the map, what is being drawn, the tool, then the area chosen. */
function closeLast(event: KeyboardEvent): void {
  if (event.key !== "Escape" || event.defaultPrevented || closeCard()) return;
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement ? event.target : null;
  if (tool.value) return typing ? typing.blur() : void (toolCode.value.value?.cancel() || leaveTool());
  if (scenarioOn.value) return typing ? typing.blur() : leave();
  if (flowsOn.value) return code.value.value?.closeLast();
  selected.value = null;
}

/** No link: the part of an address behind "#" is the choice. */
function skip(): void {
  panels.results.value = "open";
  document.getElementById("results")?.focus();
}

const Wide = () => (
  <>
    <Panel name="controls" label={t("controls")}>
      <Title />
      <div class="body"><Controls /></div>
    </Panel>
    <MapView />
    <Panel name="results" label={t("results")}>
      <Answers />
    </Panel>
  </>
);

const Narrow = () => (
  <>
    <MapView />
    <Sheet />
  </>
);

export function App() {
  useSignalEffect(() => {
    document.title = say(study.value.title);
  });
  useEffect(() => {
    document.addEventListener("keydown", closeLast);
    return () => document.removeEventListener("keydown", closeLast);
  }, []);
  return (
    <>
      <button type="button" class="skip" onClick={skip}>{t("skip")}</button>
      <div class={narrow.value ? "page narrow" : "page wide"}>{narrow.value ? <Narrow /> : <Wide />}</div>
      {outdated.value && (
        <p class="news" role="status">
          {t("released")} <button type="button" onClick={() => location.reload()}>{t("reload")}</button>
        </p>
      )}
    </>
  );
}
