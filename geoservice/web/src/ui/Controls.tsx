/** The left panel: which study, which question, which layers. */

import type { Signal } from "@preact/signals";
import { language, named, say, setLanguage, t } from "../i18n";
import { group, groups, mode, service, study, tier, tiers } from "../state";
import { Layers } from "./Layers";
import { Slider } from "./Slider";
import { disclosureLine, groupName, serviceName } from "./words";

interface ChoiceProps {
  name: string;
  of: Signal<string>;
  options: readonly string[];
  label: (id: string) => string;
}

function Choice({ name, of, options, label }: ChoiceProps) {
  return (
    <label class="choice">
      <span>{t(`choice.${name}`)}</span>
      <select name={name} value={of.value} onChange={(e) => (of.value = e.currentTarget.value)}>
        {options.map((id) => (
          <option key={id} value={id}>{label(id)}</option>
        ))}
      </select>
    </label>
  );
}

/** A choice of few is shown whole. */
function Modes() {
  return (
    <fieldset class="choice">
      <legend>{t("choice.mode")}</legend>
      <div class="segments">
      {study.value.modes.map((id) => (
        <label key={id}>
          <input type="radio" name="mode" value={id} checked={mode.value === id} onChange={() => (mode.value = id)} />
          <span>{named("mode", id)}</span>
        </label>
      ))}
      </div>
    </fieldset>
  );
}

function Languages() {
  return (
    <div class="languages" role="group" aria-label={t("language")}>
      {(["zh", "en"] as const).map((id) => (
        <button key={id} type="button" lang={id === "zh" ? "zh-CN" : "en"} data-language={id} aria-pressed={language.value === id} onClick={() => setLanguage(id)}>
          {id === "zh" ? "中文" : "EN"}
        </button>
      ))}
    </div>
  );
}

export function Controls() {
  return (
    <aside class="panel controls" aria-label={t("controls")}>
      <header>
        <div class="brand">
          <Languages />
          <h1>{say(study.value.title)}</h1>
        </div>
        <p class="disclosure">{disclosureLine()}</p>
        {study.value.synthetic && <p class="notice" role="note">{t("synthetic")}</p>}
      </header>
      <section class="question" aria-label={t("question")}>
        <Choice name="service" of={service} options={study.value.services.map((s) => s.id)} label={serviceName} />
        <Modes />
        <div class="pair">
          <Choice name="tier" of={tier} options={tiers.value} label={(id) => named("tier", id)} />
          <Choice name="group" of={group} options={groups.value} label={groupName} />
        </div>
        <Slider />
      </section>
      <Layers />
      {study.value.source && <footer>{say(study.value.source)}</footer>}
    </aside>
  );
}
