/** The word for a number that is not released, which explains itself. */

import { t } from "../i18n";

export function Suppressed({ short = false }: { short?: boolean }) {
  return <abbr title={t("suppressed_long")}>{t(short ? "suppressed_short" : "suppressed")}</abbr>;
}
