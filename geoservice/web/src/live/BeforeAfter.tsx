/** A number before and after the edits of a scenario. */

import { t } from "../i18n";
import type { Estimate } from "../types";
import { Estimated } from "../ui/Estimated";

interface Props {
  measure: string;
  before: Estimate;
  after: Estimate;
}

export const BeforeAfter = ({ measure, before, after }: Props) => (
  <span class="before-after">
    <span class="before"><Estimated measure={measure} of={before} /></span>
    <span class="arrow"><span aria-hidden="true">→</span><span class="unseen">{t("live.then")}</span></span>
    <span class="after"><Estimated measure={measure} of={after} /></span>
  </span>
);
