/** Areas with people newly within the minutes chosen or no longer within them, the most gained first. */

import { language, named, t } from "../i18n";
import { flyToArea } from "../map/flight";
import { hovered, level, minutes, selected, study } from "../state";
import type { Estimate } from "../types";
import { numberOf } from "../ui/words";
import { areaRows } from "./data";
import type { AreaRow } from "./rows";

/** A number above its margin; a column of counts keeps the form that can be summed. Exactly nobody is zero. */
export function Cell({ measure, of, name = "" }: { measure: string; of: Estimate; name?: string }) {
  const { number, margin, unit, known, uncertain, hint } = numberOf(measure, of, true);
  return <td class={`${name} ${uncertain ? "uncertain" : known ? "" : "none"}`} title={hint || undefined}>{number}{known && unit}{margin && <small> {margin}</small>}</td>;
}

function Row({ row }: { row: AreaRow }) {
  const choose = (): void => {
    selected.value = row.unit;
    void flyToArea(level.value, row.unit);
  };
  return (
    <tr class={`${selected.value === row.unit ? "selected" : ""} ${hovered.value === row.unit ? "hovered" : ""}`} data-unit={row.unit} onMouseEnter={() => (hovered.value = row.unit)} onMouseLeave={() => (hovered.value = null)} onClick={choose}>
      <th scope="row"><button type="button" title={row[language.value]}>{row[language.value]}</button></th>
      <Cell name="before" measure="covered_share" of={row.share_before} />
      <Cell name="after" measure="covered_share" of={row.share} />
      <Cell name="gained" measure="persons" of={row.gained} />
      <Cell name="lost" measure="persons" of={row.lost} />
    </tr>
  );
}

const COLUMNS = ["before", "after", "gained", "lost"] as const;

export function ChangedAreas() {
  const levels = study.value.levels;
  return (
    <div class="changed">
      <div class="bar">
        <h3 id="scenario-areas">{t("scenario.areas", { minutes: minutes.value })}</h3>
        {levels.length > 1 && (
          <select aria-label={t("choice.level")} name="scenario_level" value={level.value} onChange={(e) => (level.value = e.currentTarget.value)}>
            {levels.map((id) => <option key={id} value={id}>{named("level", id)}</option>)}
          </select>
        )}
      </div>
      {areaRows.value.length === 0 ? (
        <p class="quiet">{t("scenario.no_areas", { minutes: minutes.value })}</p>
      ) : (
        <table aria-labelledby="scenario-areas">
          <thead>
            <tr>
              <th scope="col" class="name">{t("column.name")}</th>
              {COLUMNS.map((name) => <th key={name} scope="col" title={t(`scenario.column.${name}_long`, { minutes: minutes.value })}>{t(`scenario.column.${name}`)}</th>)}
            </tr>
          </thead>
          <tbody>{areaRows.value.map((row) => <Row key={row.unit} row={row} />)}</tbody>
        </table>
      )}
    </div>
  );
}
