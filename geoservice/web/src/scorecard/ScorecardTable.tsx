/** A row for each area: people, rate with its interval, change, trend, target, rank as a range, place in the funnel. */

import { language, t } from "../i18n";
import { flyToArea } from "../map/flight";
import { hovered, selected } from "../state";
import { ratesOf, trendOf, type Card } from "./cards";
import { cardLevel } from "./choice";
import { all, scale, shown, until } from "./data";
import { RateBar } from "./RateBar";
import { Sparkline } from "./Sparkline";
import { changeText, countText, funnelText, rankText, rateText, targetText, trendText, wordsOf } from "./words";

/** More rows than this are in the file. */
export const MOST = 400;
const COLUMNS = ["eligible", "served", "rate", "target", "change", "trend", "rank", "funnel"] as const;

function Row({ card }: { card: Card }) {
  const choose = (): void => {
    selected.value = card.area;
    void flyToArea(cardLevel.value, card.area);
  };
  const now = scale.value;
  return (
    <tr class={`${selected.value === card.area ? "selected" : ""} ${hovered.value === card.area ? "hovered" : ""}`} data-unit={card.area} data-trend={trendOf(card)} onMouseEnter={() => (hovered.value = card.area)} onMouseLeave={() => (hovered.value = null)} onClick={choose}>
      <th scope="row">
        <button type="button" aria-pressed={selected.value === card.area} onFocus={() => (hovered.value = card.area)} onBlur={() => (hovered.value = null)}>
          {card[language.value]}
          <small class="brief">{wordsOf(card)}</small>
        </button>
      </th>
      <td class="eligible">{countText(card.eligible)}</td>
      <td class="served full">{countText(card.served)}</td>
      <td class="rate">{rateText(card)}<RateBar card={card} scale={now} /></td>
      <td class="target full">{targetText(card) || "–"}</td>
      <td class="change full">{changeText(card)}</td>
      <td class="trend"><Sparkline rates={ratesOf(all.value, card.area, until.value)} scale={now} /><small class="full">{trendText(card)}</small></td>
      <td class="rank">{rankText(card)}</td>
      <td class="funnel full">{funnelText(card) || "–"}</td>
    </tr>
  );
}

export function ScorecardTable() {
  const cards = shown.value;
  const [low, high] = scale.value;
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col" class="name">{t("column.name")}</th>
            {COLUMNS.map((id) => <th key={id} scope="col" class={["eligible", "rate", "trend", "rank"].includes(id) ? id : `${id} full`} title={t(`scorecard.column.${id}_long`, { low, high })}>{t(`scorecard.column.${id}`)}</th>)}
          </tr>
        </thead>
        <tbody>{cards.slice(0, MOST).map((card) => <Row key={card.area} card={card} />)}</tbody>
      </table>
      <p class="quiet">{t("scorecard.scale", { low, high })}</p>
      {cards.length > MOST && <p class="quiet">{t("hotspots.most", { most: MOST })}</p>}
    </>
  );
}
