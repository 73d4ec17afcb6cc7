/** The question: which service, which way of travel, which stations, which people, how many minutes. */

import type { ComponentChildren } from "preact";
import { disclosureLine, groupName, idleReason, modeName, serviceName } from "./words";
import { isCopy } from "../copy";
import { language, named, say, setLanguage, t } from "../i18n";
import { chooseService, chosen, flowsOn, group, groups, hotspotsOn, idle, manifest, minutes, mode, service, study, tier, tiers } from "../state";
import type { Part } from "../columns";
import { offered } from "../stations";
import { Layers } from "./Layers";
import { Slider } from "./Slider";

/** Why a control has no effect, for the eye and, by its id, for whoever hears the page. */
export function Idle({ part }: { part: Part }) {
  const reason = idleReason(part);
  return reason ? <small class="reason" id={`reason-${part}`}>{reason}</small> : null;
}

interface Option {
  id: string;
  text: string;
  off?: boolean;
}

interface ChoiceProps {
  name: Part;
  value: string;
  options: readonly Option[];
  choose: (id: string) => void;
}

function Choice({ name, value, options, choose }: ChoiceProps) {
  const off = idle(name) !== null;
  return (
    <label class={`choice${off ? " off" : ""}`}>
      <span>{t(`choice.${name}`)}</span>
      <select name={name} value={value} disabled={off} aria-describedby={off ? `reason-${name}` : undefined} onChange={(e) => choose(e.currentTarget.value)}>
        {options.map((o) => (
          <option key={o.id} value={o.id} disabled={o.off ?? false}>{o.text}</option>
        ))}
      </select>
      <Idle part={name} />
    </label>
  );
}

/** A choice of few is shown whole. */
function Modes() {
  const off = idle("mode") !== null;
  return (
    <fieldset class={`choice${off ? " off" : ""}`} disabled={off} aria-describedby={off ? "reason-mode" : undefined}>
      <legend>{t("choice.mode")}</legend>
      <div class="segments">
        {study.value.modes.map((id) => (
          <label key={id}>
            <input type="radio" name="mode" value={id} checked={mode.value === id} onChange={() => (mode.value = id)} />
            <span>{modeName(id)}</span>
          </label>
        ))}
      </div>
      <Idle part="mode" />
    </fieldset>
  );
}

function tierOption(id: string): Option {
  const there = id === "any" || offered.value === null || offered.value.has(id);
  return there ? { id, text: named("tier", id) } : { id, text: t("tier_none", { tier: named("tier", id) }), off: true };
}

/** Another service comes with its own standard time, and without a tier that none of its stations has. */
function pickService(id: string): void {
  chooseService(id);
  if (chosen.tier.value !== "any" && offered.value && !offered.value.has(chosen.tier.value)) chosen.tier.value = "any";
}

/** Hotspots are of all stations, at the standard time: what cannot be chosen for them is left out. */
export function Question() {
  return (
    <section class="question" aria-label={t("question")}>
      <Choice name="service" value={service.value} options={study.value.services.map(({ id }) => ({ id, text: serviceName(id) }))} choose={pickService} />
      <Modes />
      {!hotspotsOn.value && <div class="pair">
        <Choice name="tier" value={tier.value} options={tiers.value.map(tierOption)} choose={(id) => (chosen.tier.value = id)} />
        <Choice name="group" value={group.value} options={groups.value.map((id) => ({ id, text: groupName(id) }))} choose={(id) => (chosen.group.value = id)} />
      </div>}
      {hotspotsOn.value ? <p class="reason">{t("idle.on_hotspots", { minutes: minutes.value })}</p> : <Slider />}
    </section>
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

export function Title({ children }: { children?: ComponentChildren }) {
  return (
    <div class="brand">
      <h1>{say(study.value.title)}</h1>
      <Languages />
      {children}
    </div>
  );
}

/** Everything that is asked, and what is to be known of the answers. */
export function Controls() {
  return (
    <>
      {flowsOn.value ? <p class="reason">{t("idle.question")}</p> : <Question />}
      <Layers />
      <div class="notes">
        {isCopy && <p class="notice" role="note">{t("copy.notice", { release: manifest.value.release, day: manifest.value.created.slice(0, 10) })}</p>}
        {study.value.synthetic && <p class="notice" role="note">{t("synthetic")}</p>}
        <p class="disclosure">{disclosureLine()}</p>
      </div>
    </>
  );
}
