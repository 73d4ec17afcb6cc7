/** Accessibility of areas (E2SFCA) before and after, asked for only where the reader wants it. */

import { language, named, t } from "../i18n";
import { hovered, level, selected, service, standardOf, theme } from "../state";
import { flyToArea } from "../map/flight";
import { BeforeAfter } from "../live/BeforeAfter";
import { Estimated } from "../ui/Estimated";
import { ACCESSIBILITY, accessOn, accessThere, askAccess, edits, present } from "./choice";
import { Cell } from "./ChangedAreas";
import { accessAreas, accessKnown, answer, overall } from "./data";

const COLUMNS = ["before", "after", "change"] as const;

function Rows() {
  const choose = (unit: string): void => {
    selected.value = unit;
    void flyToArea(level.value, unit);
  };
  return (
    <table aria-labelledby="scenario-access">
      <thead>
        <tr>
          <th scope="col" class="name">{t("column.name")}</th>
          {COLUMNS.map((name) => <th key={name} scope="col" title={t(`access.column.${name}_long`)}>{t(`access.column.${name}`)}</th>)}
        </tr>
      </thead>
      <tbody>
        {accessAreas.value.map((row) => (
          <tr key={row.unit} data-unit={row.unit} class={`${selected.value === row.unit ? "selected" : ""} ${hovered.value === row.unit ? "hovered" : ""}`} onMouseEnter={() => (hovered.value = row.unit)} onMouseLeave={() => (hovered.value = null)} onClick={() => choose(row.unit)}>
            <th scope="row"><button type="button" title={row[language.value]}>{row[language.value]}</button></th>
            {COLUMNS.map((name) => <Cell key={name} name={name} measure={name === "change" ? "access_change" : "access_capacity"} of={row.access[name]} />)}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Found() {
  const whole = overall.value?.access;
  if (!accessKnown.value) return <p class="quiet">{t("access.none")}</p>;
  return (
    <>
      {whole && <p class="access-whole">{t("access.whole")} <BeforeAfter measure="access_capacity" before={whole.before} after={whole.after} /> <strong><Estimated measure="access_change" of={whole.change} /></strong></p>}
      <h3 id="scenario-access">{t("access.areas", { level: named("level", level.value) })}</h3>
      {accessAreas.value.length === 0 ? <p class="quiet">{t("access.no_areas")}</p> : <Rows />}
      <p class="quiet small">{t("access.note", { minutes: standardOf(service.value) })}</p>
    </>
  );
}

export function AccessAreas() {
  if (!accessThere.value) return null;
  return (
    <div class="access">
      <label class="check"><input type="checkbox" name="access" checked={accessOn.value} onChange={(e) => askAccess(e.currentTarget.checked)} /><span>{t("access.title")}</span></label>
      {accessOn.value && theme.value !== ACCESSIBILITY && <p><button type="button" class="plain" onClick={() => (theme.value = ACCESSIBILITY)}>{t("access.on_map")}</button></p>}
      {accessOn.value && answer.value && edits.value.length > 0 && !present.value && <Found />}
    </div>
  );
}
