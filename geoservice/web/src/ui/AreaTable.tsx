/** Areas with people, covered share and people not covered, each with its margin, over a total that adds up. */

import { useSignal, useSignalEffect } from "@preact/signals";
import { measureOf, numbers } from "../data";
import { language, named, t } from "../i18n";
import { columns } from "../layout";
import { flyToArea } from "../map/flight";
import { clamped, NOTHING } from "../number";
import { columnNames, rows, summary, totals, type ColumnName, type Numbers, type Row } from "../rows";
import { below, levelsOffered, scope } from "../scope";
import { group, hovered, level, minutes, selected, sort, sortBy, type SortKey, study, wide } from "../state";
import type { Estimate } from "../types";
import { Breadcrumb, show } from "./Breadcrumb";
import { groupName, numberOf } from "./words";

function Head({ of }: { of: SortKey }) {
  const { key, down } = sort.value;
  return (
    <th scope="col" aria-sort={key === of ? (down ? "descending" : "ascending") : "none"} class={of}>
      <button type="button" title={t(`column.${of}_long`, { minutes: minutes.value, group: groupName(group.value) })} onClick={() => sortBy(of)}>
        {t(`column.${of}`)}
        <span aria-hidden="true">{key === of ? (down ? "↓" : "↑") : ""}</span>
      </button>
    </th>
  );
}

/** A gap too small to speak of has no colour. */
const side = (name: ColumnName, { value }: Estimate): string =>
  name !== "gap" || value === null ? "" : value < -3 ? " worse" : value > 3 ? " better" : "";

/** The number above its margin. Counts keep the form that can be summed; a difference has its unit in the column's name. */
function Cell({ name, of }: { name: ColumnName; of: Estimate }) {
  const measure = measureOf(name);
  if (of === NOTHING) return <td class={`${name} none`}>{numbers.loading.value ? t("waiting") : "–"}</td>;
  const shown = numberOf(measure, of, true);
  const late = name === "median" && of.status === "beyond";
  const kind = shown.uncertain ? "uncertain" : shown.known ? side(name, of).trim() : "none";
  const unit = name === "share" || name === "resident" || name === "migrant" ? shown.unit : "";
  return (
    <td class={`${name} ${kind}`} title={shown.hint || (late ? shown.text : undefined)}>
      {late ? t("above", { value: study.value.minutes.at(-1) }) : shown.number + (shown.known ? unit : "")}
      {shown.margin && <small> {shown.margin}</small>}
      {name === "share" && of.value !== null && <i style={{ width: `${clamped(measure, of.value)}%` }} />}
    </td>
  );
}

/** A narrow panel has room for the main columns. */
const MAIN: readonly ColumnName[] = ["people", "share", "left"];
const columnsShown = (): ColumnName[] => columnNames.value.filter((name) => columns.value === "all" || MAIN.includes(name));

const cells = (of: Numbers) => columnsShown().map((name) => <Cell key={name} name={name} of={of[name]} />);

/** Rows shown at first where areas are many: a longer table would make every movement of the slider slow. */
const MOST = 200;

/** Chooses an area; where areas are many it is opened, if there are areas below it. */
function choose(unit: string): void {
  if (wide.value && below(level.value)) return show({ unit, level: level.value });
  selected.value = unit;
  void flyToArea(level.value, unit);
}

function Line({ row }: { row: Row }) {
  const marks = `${selected.value === row.unit ? "selected" : ""} ${hovered.value === row.unit ? "hovered" : ""}`;
  return (
    <tr class={marks} data-unit={row.unit} onMouseEnter={() => (hovered.value = row.unit)} onMouseLeave={() => (hovered.value = null)} onClick={() => choose(row.unit)}>
      <th scope="row">
        <button type="button" aria-current={selected.value === row.unit} title={row[language.value]}>{row[language.value]}</button>
      </th>
      {cells(row)}
    </tr>
  );
}

export function AreaTable() {
  useSignalEffect(() => {
    document.querySelector(`tr[data-unit="${CSS.escape(selected.value ?? "")}"]`)?.scrollIntoView({ block: "nearest" });
  });
  const levels = levelsOffered.value;
  const more = useSignal({ of: scope.value, rows: MOST });
  const most = !wide.value ? Infinity : more.value.of === scope.value ? more.value.rows : MOST;
  const left = rows.value.length - most;
  return (
    <section class={`areas ${columns.value}`} aria-busy={numbers.loading.value}>
      <div class="bar">
        <h2>{t("areas.title")}</h2>
        {levels.length > 1 && (
          <select aria-label={t("choice.level")} name="level" value={level.value} onChange={(e) => (level.value = e.currentTarget.value)}>
            {levels.map((id) => <option key={id} value={id}>{named("level", id)}</option>)}
          </select>
        )}
      </div>
      <Breadcrumb />
      <table>
        <thead>
          <tr>{(["name", ...columnsShown()] as const).map((key) => <Head key={key} of={key} />)}</tr>
        </thead>
        <tbody>
          {rows.value.slice(0, most).map((row) => <Line key={row.unit} row={row} />)}
        </tbody>
        {totals.value && (
          <tfoot>
            <tr>
              <th scope="row" title={t("areas.total_long")}>{t("areas.total")}</th>
              {cells(totals.value)}
            </tr>
          </tfoot>
        )}
      </table>
      {left > 0 && <button type="button" class="plain" onClick={() => (more.value = { of: scope.value, rows: most + MOST })}>{t("areas.rest", { number: left })}</button>}
      {summary.value === null && numbers.value.value && <p class="quiet">{t("areas.none")}</p>}
      <button type="button" class="plain" aria-pressed={columns.value === "all"} onClick={() => (columns.value = columns.value === "all" ? "main" : "all")}>
        {t(columns.value === "all" ? "areas.fewer" : "areas.more")}
      </button>
    </section>
  );
}
