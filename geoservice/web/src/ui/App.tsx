import { useSignalEffect } from "@preact/signals";
import { say, t } from "../i18n";
import { MapView } from "../map/MapView";
import { failure, study } from "../state";
import { outdated } from "../watch";
import { Controls } from "./Controls";
import { Results } from "./Results";

export function App() {
  useSignalEffect(() => {
    document.title = say(study.value.title);
  });
  return (
    <>
      <a class="skip" href="#results">{t("skip")}</a>
      <MapView />
      <Controls />
      <Results />
      {outdated.value && (
        <p class="news" role="status">
          {t("released")} <button type="button" onClick={() => location.reload()}>{t("reload")}</button>
        </p>
      )}
      {failure.value && <p class="failure" role="alert">{t("error.load")} <span>{failure.value}</span></p>}
    </>
  );
}
