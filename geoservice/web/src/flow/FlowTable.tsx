/** The flows with people, share of the area's migrants and rate, each with its margin. */

import { computed } from "@preact/signals";
import { t } from "../i18n";
import type { Estimate } from "../types";
import { numberOf } from "../ui/words";
import { pinned } from "./choice";
import { arrival, excess } from "./filters";
import type { Flow } from "./flows";
import { marked, pin, point, pointing } from "./mark";
import { differing, rowName, sentenceOf, titleOf } from "./words";

const MEASURES = { persons: "persons", everyone: "persons", share: "flow_share", rate: "flow_rate", expected: "persons", ratio: "flow_ratio" } as const;
type Name = keyof typeof MEASURES;

/** The numbers that the filters are about. */
const columns = computed((): readonly Name[] => {
  if (excess.value) return ["persons", "expected", "ratio"];
  return arrival.value === null ? ["persons", "share", "rate"] : ["persons", "everyone"];
});

const DEPENDENT: readonly Name[] = ["persons", "share", "rate"];

/** A share and a rate of a number that cannot be relied on are no more reliable than it. */
function Cell({ name, of, doubtful }: { name: Name; of: Estimate; doubtful: boolean }) {
  const shown = numberOf(MEASURES[name], of, true);
  const grey = shown.uncertain || (doubtful && shown.known);
  const sign = grey && !shown.uncertain ? "≈\u00a0" : "";
  return (
    <td class={`${name} ${grey ? "uncertain" : shown.known ? "" : "none"}`} title={shown.hint || undefined}>
      {sign + shown.number}
      {shown.known && name === "share" && shown.unit}
      {shown.margin && <small> {shown.margin}</small>}
    </td>
  );
}

function Row({ flow }: { flow: Flow }) {
  const chosen = pinned.value === flow.key;
  const doubtful = numberOf("persons", flow.persons).uncertain;
  return (
    <tr class={`${chosen ? "selected" : ""} ${marked.value?.key === flow.key ? "hovered" : ""}`} data-key={flow.key} {...pointing(flow.key)}>
      <th scope="row">
        <button type="button" aria-pressed={chosen} title={`${titleOf(flow)}: ${sentenceOf(flow)}`} onClick={() => pin(flow.key)} onFocus={() => point(flow.key)} onBlur={() => point(null)}>
          {rowName(flow)}
        </button>
      </th>
      {columns.value.map((name) => <Cell key={name} name={name} of={flow[name]} doubtful={doubtful && DEPENDENT.includes(name)} />)}
    </tr>
  );
}

export function FlowTable({ flows }: { flows: readonly Flow[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col" class="name">{t(`flows.column.${differing.value}`)}</th>
          {columns.value.map((name) => <th key={name} scope="col" class={name} title={t(`flows.column.${name}_long`)}>{t(`flows.column.${name}`)}</th>)}
        </tr>
      </thead>
      <tbody>{flows.map((f) => <Row key={f.key} flow={f} />)}</tbody>
    </table>
  );
}
