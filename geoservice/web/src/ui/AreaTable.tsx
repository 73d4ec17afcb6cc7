import { useSignalEffect } from "@preact/signals";
import { rows, loading, type Row } from "../data";
import { reaching } from "./words";
import { Suppressed } from "./Suppressed";
import { language, named, show, signed, t } from "../i18n";
import { flyToArea } from "../map/flight";
import { hovered, level, selected, sort, sortBy, study, minutes, type SortKey } from "../state";

const columns = (): SortKey[] =>
  study.value.migrants ? ["name", "persons", "share", "resident", "migrant", "gap", "median"] : ["name", "persons", "share", "median"];

function Head({ of }: { of: SortKey }) {
  const { key, down } = sort.value;
  return (
    <th scope="col" aria-sort={key === of ? (down ? "descending" : "ascending") : "none"} class={of}>
      <button type="button" title={t(`column.${of}_long`, { minutes: minutes.value })} onClick={() => sortBy(of)}>
        {t(`column.${of}`)}
        <span aria-hidden="true">{key === of ? (down ? "↓" : "↑") : ""}</span>
      </button>
    </th>
  );
}

const cell = (value: number | null, text: string) => <td class={value === null ? "none" : ""}>{value === null ? <Suppressed short /> : text}</td>;

function Bar({ value }: { value: number | null }) {
  return (
    <td class={value === null ? "share none" : "share"}>
      {value === null ? <Suppressed short /> : show(value, 0, "%")}
      <i style={{ width: `${value ?? 0}%` }} />
    </td>
  );
}

const hasSuppressed = (row: Row): boolean =>
  columns().some((key) => key !== "name" && row[key] === null && (key !== "median" || reaching("median", row.unit, 0) === null));

function Median({ unit }: { unit: string }) {
  const text = reaching("median", unit, 0);
  return <td class={text === null ? "none" : ""}>{text ?? <Suppressed short />}</td>;
}

function choose(unit: string): void {
  selected.value = unit;
  void flyToArea(level.value, unit);
}

function Line({ row }: { row: Row }) {
  const all = study.value.migrants;
  const marks = `${selected.value === row.unit ? "selected" : ""} ${hovered.value === row.unit ? "hovered" : ""}`;
  return (
    <tr class={marks} data-unit={row.unit} aria-selected={selected.value === row.unit} onMouseEnter={() => (hovered.value = row.unit)} onMouseLeave={() => (hovered.value = null)} onClick={() => choose(row.unit)}>
      <th scope="row">
        <button type="button" title={row[language.value]}>{row[language.value]}</button>
      </th>
      {cell(row.persons, show(row.persons))}
      <Bar value={row.share} />
      {all && cell(row.resident, show(row.resident, 0, "%"))}
      {all && cell(row.migrant, show(row.migrant, 0, "%"))}
      {all && <td class={row.gap === null ? "none" : row.gap < -3 ? "worse" : row.gap > 3 ? "better" : ""}>{row.gap === null ? <Suppressed short /> : signed(row.gap)}</td>}
      <Median unit={row.unit} />
    </tr>
  );
}

export function AreaTable() {
  useSignalEffect(() => {
    document.querySelector(`tr[data-unit="${CSS.escape(selected.value ?? "")}"]`)?.scrollIntoView({ block: "nearest" });
  });
  const levels = study.value.levels;
  return (
    <section class="areas" aria-busy={loading.value}>
      <div class="bar">
        <h2>{t("areas.title", { minutes: minutes.value })}</h2>
        {levels.length > 1 && (
          <select aria-label={t("choice.level")} name="level" value={level.value} onChange={(e) => (level.value = e.currentTarget.value)}>
            {levels.map((id) => <option key={id} value={id}>{named("level", id)}</option>)}
          </select>
        )}
      </div>
      <table>
        <thead>
          <tr>{columns().map((key) => <Head key={key} of={key} />)}</tr>
        </thead>
        <tbody>
          {rows.value.map((row) => <Line key={row.unit} row={row} />)}
        </tbody>
      </table>
      {rows.value.some(hasSuppressed) && <p class="note">{t("suppressed_long")}</p>}
      {!loading.value && rows.value.length === 0 && <p class="quiet">{t("areas.none")}</p>}
    </section>
  );
}
