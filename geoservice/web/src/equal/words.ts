/** Differences between migrants and residents in the reader's words. */

import { t } from "../i18n";
import { minutes, mode, service } from "../state";
import type { Estimate } from "../types";
import { modeName, numberOf, serviceName } from "../ui/words";
import { COMPARISONS, isReal, type Kind } from "./compare";
import { kind } from "./choice";
import type { Line } from "./data";

const values = () => ({ minutes: minutes.value, service: serviceName(service.value), mode: modeName(mode.value).toLocaleLowerCase("en") });

export const kindName = (id: Kind): string => t(`equal.kind.${id}`);
/** What is compared, as a sentence. */
export const question = (): string => t(`equal.question.${kind.value}`, values());

/** "6.0 ± 2.0", as in the table but without sign and unit. */
function size(gap: Estimate): string {
  const { number, margin } = numberOf(COMPARISONS[kind.value].gap, { ...gap, value: Math.abs(gap.value ?? 0) });
  return `${number.replace(/^[+≈\s]+/, "")} ${margin}`;
}

/** "Migrants need 6.0 ± 2.0 minutes longer", or that there is no difference beyond its margin. */
export function sentenceOf({ gap }: Line): string {
  const { value, margin } = gap;
  if (value === null || margin === null) return value === null ? numberOf(COMPARISONS[kind.value].gap, gap).text : t("equal.no_margin");
  if (!isReal(gap)) return t("equal.none");
  return t(`equal.${value > 0 ? "more" : "less"}.${kind.value}`, { ...values(), gap: size(gap) });
}
