/** Which of the existing stations may close: none, all, or those that are ticked. */

import { useSignal } from "@preact/signals";
import { language, t } from "../../i18n";
import { Select } from "../../ui/Select";
import { CLOSING, chosenToClose, closing, MOST_CLOSING, type Closing } from "./choice";
import { closable, mayClose, tooManyClose } from "./inputs";

const MOST = 200;

function tick(id: string): void {
  const next = new Set(chosenToClose.value);
  if (!next.delete(id)) next.add(id);
  chosenToClose.value = next;
}

function Chosen() {
  const search = useSignal("");
  const words = search.value.trim().toLocaleLowerCase();
  const collator = new Intl.Collator(language.value === "zh" ? "zh-CN" : "en");
  const shown = closable.value.filter((p) => !words || `${p.zh} ${p.en}`.toLocaleLowerCase().includes(words)).sort((a, b) => collator.compare(a[language.value], b[language.value]));
  return (
    <fieldset class="closable">
      <legend>{t("siting.closing.legend", { number: mayClose.value.length, all: closable.value.length })}</legend>
      {closable.value.length > 8 && <input type="search" name="siting_close_search" aria-label={t("stations.search")} placeholder={t("stations.search")} value={search.value} onInput={(e) => (search.value = e.currentTarget.value)} />}
      <ul>
        {shown.slice(0, MOST).map((p) => (
          <li key={p.unit}><label><input type="checkbox" name="siting_close" value={p.unit} checked={chosenToClose.value.has(p.unit)} onChange={() => tick(p.unit)} /><span>{p[language.value]}</span></label></li>
        ))}
      </ul>
      {shown.length > MOST && <p class="quiet">{t("stations.more", { most: MOST })}</p>}
    </fieldset>
  );
}

export function Closable() {
  return (
    <>
      <Select name="siting_closing" label={t("siting.closing.label")} value={closing.value} options={CLOSING.map((id) => [id, t(`siting.closing.${id}`, { number: closable.value.length })] as const)} choose={(id) => (closing.value = id as Closing)} reason={closing.value === "none" ? null : t("siting.closing.hint")} />
      {closing.value === "chosen" && <Chosen />}
      {tooManyClose.value && <p class="reason warn" role="status">{t("siting.closing.many", { most: MOST_CLOSING })}</p>}
    </>
  );
}
