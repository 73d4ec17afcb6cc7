/** The way from all of the study to the area whose parts are shown; each step back is a button. */

import { language, t } from "../i18n";
import { flyHome, flyToArea } from "../map/flight";
import { openArea, trail, type Crumb } from "../scope";
import { parent, wide } from "../state";

/** Opens an area, or all of the study, and shows it on the map. */
export function show(area: Pick<Crumb, "unit" | "level"> | null): void {
  openArea(area);
  if (area) void flyToArea(area.level, area.unit);
  else flyHome();
}

function Step({ name, of, last }: { name: string; of: Crumb | null; last: boolean }) {
  return <li>{last ? <span aria-current="location">{name}</span> : <button type="button" class="plain" onClick={() => show(of)}>{name}</button>}</li>;
}

export function Breadcrumb() {
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
