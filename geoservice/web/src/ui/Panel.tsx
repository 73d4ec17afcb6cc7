/** A panel beside the map that folds to a narrow strip. */

import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { panels } from "../layout";

interface Props {
  name: keyof typeof panels;
  label: string;
  children: ComponentChildren;
}

export function Panel({ name, label, children }: Props) {
  const open = panels[name].value === "open";
  const inward = (name === "controls") === open ? "‹" : "›";
  const text = t(open ? "fold" : "unfold", { panel: label });
  return (
    <aside id={name} class={`panel ${name}${open ? "" : " folded"}`} aria-label={label} tabIndex={-1}>
      <button type="button" class="fold" aria-expanded={open} aria-label={text} title={text} onClick={() => (panels[name].value = open ? "closed" : "open")}>
        {inward}
      </button>
      {open && children}
    </aside>
  );
}
