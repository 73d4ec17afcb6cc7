/** The search of places in a copy without a server: its field, with the reason in it. */

import { t } from "../i18n";
import "./search.css";

export const SearchOff = () => (
  <search class="search" aria-label={t("search.label")}>
    <div class="field off" title={t("copy.off")}>
      <input type="text" disabled aria-label={t("search.label")} placeholder={t("copy.search")} />
    </div>
  </search>
);
