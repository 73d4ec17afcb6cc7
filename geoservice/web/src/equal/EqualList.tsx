/** Areas by how much worse migrants fare than residents, where the difference is beyond its margin; the others without a rank. */

import { language, t } from "../i18n";
import { flyToArea } from "../map/flight";
import { hovered, level, selected } from "../state";
import type { Estimate } from "../types";
import { groupName, numberOf } from "../ui/words";
import { COMPARISONS, harm, isReal } from "./compare";
import { kind } from "./choice";
import { ranking, type Line } from "./data";
import { sentenceOf } from "./words";

/** More rows than this are in the file. */
const MOST = 200;

function Cell({ measure, of, side = "" }: { measure: string; of: Estimate; side?: string }) {
  const { number, margin, unit, known, uncertain, hint } = numberOf(measure, of);
  const short = measure === COMPARISONS[kind.value].gap ? "" : unit;
  return <td class={side || (uncertain ? "uncertain" : known ? "" : "none")} title={hint || undefined}>{number}{known && short}{margin && <small> {margin}</small>}</td>;
}

function Row({ line, place }: { line: Line; place?: number }) {
  const { each, gap } = COMPARISONS[kind.value];
  const real = isReal(line.gap);
  const choose = (): void => {
    selected.value = line.unit;
    void flyToArea(level.value, line.unit);
  };
  return (
    <tbody class={`${selected.value === line.unit ? "selected" : ""} ${hovered.value === line.unit ? "hovered" : ""}`} data-unit={line.unit} onMouseEnter={() => (hovered.value = line.unit)} onMouseLeave={() => (hovered.value = null)}>
      <tr onClick={choose}>
        <th scope="row">
          <button type="button" aria-pressed={selected.value === line.unit} onFocus={() => (hovered.value = line.unit)} onBlur={() => (hovered.value = null)}>
            {place !== undefined && <b>{place}</b>}
            {line[language.value]}
          </button>
        </th>
        <Cell measure={each} of={line.resident} />
        <Cell measure={each} of={line.migrant} />
        <Cell measure={gap} of={line.gap} side={real ? (harm(kind.value, line.gap) > 0 ? "worse" : "better") : ""} />
      </tr>
      {real && <tr onClick={choose}><td class="said" colSpan={4}>{sentenceOf(line)}</td></tr>}
    </tbody>
  );
}

function Part({ name, lines, ranked = false }: { name: string; lines: Line[]; ranked?: boolean }) {
  const title = t(`equal.${name}`, { number: lines.length });
  if (lines.length === 0) return ranked ? <><h3>{title}</h3><p class="quiet">{t("equal.no_real")}</p></> : null;
  return (
    <>
      <h3 id={`equal-${name}`}>{title}</h3>
      <table class={name} aria-labelledby={`equal-${name}`}>
        <thead>
          <tr>
            <th scope="col" class="name">{t("column.name")}</th>
            <th scope="col">{groupName("resident")}</th>
            <th scope="col">{groupName("migrant")}</th>
            <th scope="col">{t(kind.value === "minutes" ? "equal.gap_minutes" : "equal.gap_points")}</th>
          </tr>
        </thead>
        {lines.slice(0, MOST).map((line, i) => <Row key={line.unit} line={line} {...(ranked ? { place: i + 1 } : {})} />)}
      </table>
      {lines.length > MOST && <p class="quiet">{t("hotspots.most", { most: MOST })}</p>}
    </>
  );
}

export function EqualList() {
  const { real, within, unknown } = ranking.value;
  return (
    <>
      <Part name="real" lines={real} ranked />
      <Part name="within" lines={within} />
      <Part name="unknown" lines={unknown} />
    </>
  );
}
