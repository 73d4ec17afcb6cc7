/** The file of own candidates: picked here or dropped on the map, read in the browser, and what is wrong in it by row, column and value. */

import { t } from "../../i18n";
import { grouped } from "../../number";
import { MOST_CANDIDATES, type Fault } from "./candidates";
import { own } from "./choice";
import { take } from "./file";

/** More faults than these are counted only. */
const MOST = 8;

function faultText({ row, column, value, allowed }: Fault): string {
  const words = { row: row ?? 0, column, value, allowed: t(`siting.file.allowed.${allowed}`, { most: grouped(MOST_CANDIDATES) }) };
  if (row === null) return t(column ? "siting.file.fault_column" : "siting.file.fault_file", words);
  return t("siting.file.fault", words);
}

export function CandidateFile() {
  const found = own.value;
  return (
    <div class="own">
      <label class="choice"><span>{t("siting.file.label")}</span><input type="file" name="siting_file" accept=".csv,.txt,.geojson,.json,text/csv,application/geo+json" aria-describedby="siting-file-hint" onChange={(e) => void take(e.currentTarget.files?.[0])} /></label>
      <p class="quiet" id="siting-file-hint">{t("siting.file.hint")}</p>
      {found && found.features.length > 0 && <p class="read" role="status">{t("siting.file.read", { file: found.file, number: grouped(found.features.length), forced: found.features.filter((f) => f.properties.forced).length })}</p>}
      {found && found.faults.length > 0 && (
        <div role="alert" class="reason warn">
          <p>{t("siting.file.faults", { file: found.file, number: grouped(found.faults.length) })}</p>
          <ul>{found.faults.slice(0, MOST).map((fault, i) => <li key={i}>{faultText(fault)}</li>)}</ul>
        </div>
      )}
    </div>
  );
}
