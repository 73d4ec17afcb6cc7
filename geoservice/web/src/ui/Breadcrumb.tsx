/** The way from all of the study to the area whose parts are shown; each step back is a button. */

import { useEffect } from "preact/hooks";
import { language, t } from "../i18n";
import { flyHome, flyToArea } from "../map/flight";
import { openArea, trail, type Crumb } from "../scope";
import { parent, wide } from "../state";

/** Whether the keyboard's focus was on what led to the area, and goes to its name once that is there. */
let following = false;

function follow(): void {
  if (!following) return;
  const name = document.querySelector<HTMLElement>(parent.value === null && !wide.value ? "#results-body" : ".path [aria-current]");
  if (!name || (parent.value !== null && !trail.value.value)) return;
  following = false;
  if (document.activeElement === document.body) name.focus({ preventScroll: true });
}

/** Opens an area, or all of the study, and shows it on the map. */
export function show(area: Pick<Crumb, "unit" | "level"> | null): void {
  following = Boolean(document.activeElement?.closest(".areas table, .path, .area"));
  openArea(area);
  if (area) void flyToArea(area.level, area.unit);
  else flyHome();
}

function Step({ name, of, last }: { name: string; of: Crumb | null; last: boolean }) {
  return <li>{last ? <span aria-current="location" tabIndex={-1}>{name}</span> : <button type="button" class="plain" onClick={() => show(of)}>{name}</button>}</li>;
}

export function Breadcrumb() {
  useEffect(follow);
  if (parent.value === null && !wide.value) return null;
  const steps = parent.value === null ? [] : (trail.value.value ?? []);
  return (
    <nav class="path" aria-label={t("areas.path")}>
      <ol>
        <Step name={t("areas.everywhere")} of={null} last={parent.value === null} />
        {steps.map((crumb, i) => <Step key={crumb.unit} name={crumb[language.value]} of={crumb} last={i === steps.length - 1} />)}
      </ol>
    </nav>
  );
}
