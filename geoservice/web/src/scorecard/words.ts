/** Scorecards in the reader's words. */

import { show, t } from "../i18n";
import { NOTHING } from "../number";
import { groupName, numberOf, serviceName } from "../ui/words";
import { trendOf, type Card } from "./cards";
import { cardGroup, cardService } from "./choice";
import { shown } from "./data";

/** "3–7 of 23": a rank is a range. */
export function rankText({ rankLow, rankHigh }: Card): string {
  if (rankLow === null || rankHigh === null) return "–";
  const range = rankLow === rankHigh ? show(rankLow) : `${show(rankLow)}–${show(rankHigh)}`;
  return t("scorecard.rank", { range, all: shown.value.filter((c) => c.rankLow !== null).length });
}

export const rateText = (card: Card): string => numberOf("uptake_rate", card.rate).text;
export const changeText = (card: Card): string => (card.change.value === null ? "–" : numberOf("uptake_change", card.change).number);
export const targetText = (card: Card): string => (card.targetClass.value === null ? "" : numberOf("uptake_target", card.targetClass).text);
export const funnelText = (card: Card): string => (card.funnel.value === null ? "" : numberOf("uptake_funnel", card.funnel).text);
export const trendText = (card: Card): string => t(`scorecard.trend.${trendOf(card)}`);
export const countText = (of: Card["eligible"]): string => numberOf("persons", of ?? NOTHING).number;

/** Target, trend and funnel in one line, for a narrow panel. */
export const wordsOf = (card: Card): string => [targetText(card), trendText(card), card.funnel.value ? funnelText(card) : ""].filter(Boolean).join(t("scorecard.between"));

/** "Vaccination (under 6)" */
export const subject = (): string => t("scorecard.subject", { service: serviceName(cardService.value), group: groupName(cardGroup.value) });
