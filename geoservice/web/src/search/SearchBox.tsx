/** The search for places above the map: a combobox with a list, as the ARIA Authoring Practices describe it. */

import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { PlaceFeature } from "../api";
import { t } from "../i18n";
import { ask, clear, nothing, places, problem, retry, settle, type, typed } from "./ask";
import { found } from "./choice";
import { show } from "./go";

const LIST = "places-found";
const optionId = (i: number): string => `place-${i}`;

function Option({ place, i, active, choose }: { place: PlaceFeature; i: number; active: boolean; choose: () => void }) {
  const { name, kind_title: kind, within } = place.properties;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the combobox, which keeps the focus
    <div id={optionId(i)} role="option" aria-selected={active} tabIndex={-1} class={active ? "active" : ""} onMouseDown={(event) => event.preventDefault()} onClick={choose}>
      <strong>{name}</strong> <small>{kind}</small>
      {within && <span>{within}</span>}
      {!place.geometry && <em>{t("search.no_position")}</em>}
    </div>
  );
}

/** What is told beside the list: nothing found, or the failure. */
function Told({ again }: { again: () => void }) {
  if (problem.value)
    return (
      <div class="told failed">
        <p>{t("search.failed")} <span>{t(`problem.${problem.value}`)}</span></p>
        <button type="button" onClick={again}>{t("error.retry")}</button>
      </div>
    );
  return nothing.value ? <p class="told">{t("search.nothing", { text: typed.value.trim() })}</p> : null;
}

export function SearchBox() {
  const input = useRef<HTMLInputElement>(null);
  const open = useSignal(false);
  const active = useSignal(-1);
  const news = useSignal("");
  const listed = useComputed(() => open.value && places.value.length > 0);
  useSignalEffect(() => {
    if (active.value >= places.value.length) active.value = -1;
  });
  useSignalEffect(() => {
    if (open.value) news.value = problem.value ? t("search.failed") : nothing.value ? t("search.nothing", { text: typed.value.trim() }) : places.value.length ? t("search.count", { count: places.value.length }) : "";
  });
  useSignalEffect(() => {
    if (listed.value && active.value >= 0) document.getElementById(optionId(active.value))?.scrollIntoView({ block: "nearest" });
  });

  async function choose(place: PlaceFeature): Promise<void> {
    const { name, within } = place.properties;
    [open.value, active.value] = [false, -1];
    settle(name);
    const shown = await show(place).catch(() => false);
    news.value = t(shown ? "search.shown" : "search.not_shown", { name: within ? `${name}, ${within}` : name });
  }
  function wipe(): void {
    clear();
    [open.value, active.value, found.value, news.value] = [false, -1, null, ""];
    input.current?.focus();
  }
  /** The button goes with the failure, and the keyboard is left in the field. */
  function again(): void {
    input.current?.focus();
    retry();
  }
  function step(by: number): void {
    const count = places.value.length;
    if (!open.value) {
      open.value = true;
      ask(0);
    }
    if (count) active.value = active.value < 0 ? (by > 0 ? 0 : count - 1) : (active.value + by + count) % count;
  }
  function key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter") {
      const place = listed.value ? places.value[Math.max(0, active.value)] : undefined;
      if (place) void choose(place);
    } else if (event.key === "Escape" && (open.value || typed.value)) {
      if (open.value && (listed.value || nothing.value || problem.value)) [open.value, active.value] = [false, -1];
      else wipe();
    } else return;
    event.preventDefault();
  }
  const isTold = open.value && (problem.value !== null || nothing.value);
  return (
    <search class="search" onFocusOut={(event) => !(event.currentTarget as HTMLElement).contains(event.relatedTarget as Node | null) && (open.value = false)}>
      <div class="field">
        <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true"><circle cx="6.8" cy="6.8" r="4.6" fill="none" stroke="currentColor" stroke-width="1.6" /><path d="M10.3 10.3l4 4" stroke="currentColor" stroke-width="1.8" /></svg>
        <input
          ref={input} type="text" role="combobox" aria-label={t("search.label")} placeholder={t("search.placeholder")} autocomplete="off" spellcheck={false} enterkeyhint="search" maxLength={200}
          aria-autocomplete="list" aria-haspopup="listbox" aria-expanded={listed.value} aria-controls={LIST} aria-activedescendant={listed.value && active.value >= 0 ? optionId(active.value) : undefined}
          value={typed.value} onKeyDown={key}
          onInput={(event) => {
            [open.value, active.value] = [true, -1];
            type(event.currentTarget.value);
          }}
          onClick={() => {
            open.value = typed.value !== "" && places.value.length > 0;
          }}
        />
        {(typed.value || found.value) && <button type="button" class="wipe" aria-label={t("search.clear")} title={t("search.clear")} onClick={wipe}>×</button>}
      </div>
      <div id={LIST} role="listbox" aria-label={t("search.list")} hidden={!listed.value}>
        {listed.value && places.value.map((place, i) => <Option key={place.id} place={place} i={i} active={active.value === i} choose={() => void choose(place)} />)}
      </div>
      {isTold && <Told again={again} />}
      <p class="unseen" role="status">{news.value}</p>
    </search>
  );
}
