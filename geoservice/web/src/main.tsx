import "./style.css";
import "./print.css";
import { render } from "preact";
import { begin } from "./address";
import { fetchRelease, ServerError } from "./api";
import { names, numbers } from "./data";
import { gapList } from "./gaps";
import { keepScope } from "./scope";
import { series as equalSeries } from "./equal/data";
import { code as flowCode } from "./flow/load";
import { code as hotspotCode } from "./hotspot/load";
import { code as cardCode } from "./scorecard/load";
import { code as scenarioCode } from "./scenario/load";
import { code as toolCode } from "./live/load";
import { t } from "./i18n";
import { firstStations, stations } from "./stations";
import { App } from "./ui/App";
import { keepWatching } from "./watch";

const root = document.getElementById("app")!;

function Sorry({ error }: { error: unknown }) {
  const empty = error instanceof ServerError && error.status === 503;
  return (
    <main class="sorry">
      <p role="alert">{t(empty ? "error.empty" : "error.manifest")}</p>
      <button type="button" onClick={() => void start()}>{t("error.retry")}</button>
    </main>
  );
}

async function start(): Promise<void> {
  try {
    begin(await fetchRelease());
  } catch (error) {
    render(<Sorry error={error} />, root);
    return;
  }
  keepScope();
  for (const part of [names, numbers, gapList, stations, firstStations, flowCode, hotspotCode, equalSeries, cardCode, scenarioCode, toolCode]) part.keep();
  keepWatching();
  render(<App />, root);
}

await start();
