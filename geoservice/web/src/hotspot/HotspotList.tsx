/** The areas whose class is significant, or all of them by rate; linked both ways with the map. */

import { language, t } from "../i18n";
import { hovered, HOTSPOTS, layerOf, selected } from "../state";
import { numberOf } from "../ui/words";
import { CLASSES, coloursOf, isClassed } from "./classes";
import { CELL } from "./columns";
import { measure, method, unit } from "./choice";
import { anyResult, listed, shownAs, type Spot } from "./data";
import { flyToSpot } from "./flight";
import { className, shortOf, what } from "./words";

/** More rows than this are in the file. */
export const MOST = 200;

function Row({ spot }: { spot: Spot }) {
  const of = method.value;
  const shown = shownAs(spot);
  const colour = typeof shown === "number" ? coloursOf(of, layerOf(HOTSPOTS)!.style.legend)[shown] : layerOf(HOTSPOTS)!.style.legend.uncertain;
  const rate = of === "spatial_rate" ? of : "smoothed_rate";
  const name = spot[language.value];
  const columns = measure.value === "uptake" ? ([rate] as const) : unit.value === CELL ? (["hotspot_z"] as const) : ([rate, "hotspot_z", "hotspot_p"] as const);
  const choose = (): void => {
    selected.value = spot.unit;
    flyToSpot(spot.unit);
  };
  return (
    <tr class={`${selected.value === spot.unit ? "selected" : ""} ${hovered.value === spot.unit ? "hovered" : ""}`} data-unit={spot.unit} data-class={isClassed(of) && typeof shown === "number" ? CLASSES[of]![shown] : undefined} onMouseEnter={() => (hovered.value = spot.unit)} onMouseLeave={() => (hovered.value = null)} onClick={choose}>
      <th scope="row">
        <button type="button" aria-pressed={selected.value === spot.unit} onFocus={() => (hovered.value = spot.unit)} onBlur={() => (hovered.value = null)}>
          <i style={{ background: colour }} />
          {unit.value === CELL ? t("hotspots.cell", { code: name }) : name}
          {shortOf(spot) && <small>{shortOf(spot)}</small>}
          {of !== "emerging_class" && spot.results.emerging_class.value ? <small>{className("emerging_class", spot.results.emerging_class.value)}</small> : null}
        </button>
      </th>
      {columns.map((id) => {
        const { number, margin, unit: of, known, uncertain, hint } = numberOf(id, spot.results[id]);
        return <td key={id} class={uncertain ? "uncertain" : known ? "" : "none"} title={hint || undefined}>{number}{known && of}{margin && <small> {margin}</small>}</td>;
      })}
    </tr>
  );
}

export function HotspotList() {
  const spots = listed.value;
  const own = method.value === "hotspot_class";
  const scores = [["hotspot_z", own ? "hotspot_z" : "other_z"], ["hotspot_p", own ? "hotspot_p" : "other_p"]] as const;
  const heads = measure.value === "uptake" ? ([["rate", "rate"]] as const) : unit.value === CELL ? scores.slice(0, 1) : ([["rate", "rate"], ...scores] as const);
  return (
    <>
      <h3>{t(isClassed(method.value) ? "hotspots.listed" : "hotspots.listed_rate", { number: spots.length, what: what() })}</h3>
      {spots.length === 0 && <p class="quiet">{t(anyResult.value ? "hotspots.none" : "hotspots.too_few")}</p>}
      {spots.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col" class="name">{t("column.name")}</th>
              {heads.map(([id, short]) => <th key={id} scope="col" title={t(`hotspots.column.${id}_long`)}>{t(`hotspots.column.${short}`)}</th>)}
            </tr>
          </thead>
          <tbody>{spots.slice(0, MOST).map((s) => <Row key={s.unit} spot={s} />)}</tbody>
        </table>
      )}
      {spots.length > MOST && <p class="quiet">{t("hotspots.most", { most: MOST })}</p>}
    </>
  );
}
