/** The line between two maps that lie one over the other: dragged, or moved by the keyboard. */

import { t } from "../../i18n";
import { divider, moveDivider } from "./choice";
import { sideName } from "./data";

const STEP = 2;
const LEAP = 10;
const KEYS: Readonly<Record<string, number>> = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, PageDown: -LEAP, PageUp: LEAP, Home: -100, End: 100 };

function key(event: KeyboardEvent): void {
  const by = KEYS[event.key];
  if (by === undefined) return;
  event.preventDefault();
  moveDivider(divider.value + by);
}

function drag(event: PointerEvent): void {
  const line = event.currentTarget as HTMLElement;
  const around = line.parentElement?.getBoundingClientRect();
  if (around && line.hasPointerCapture(event.pointerId)) moveDivider((100 * (event.clientX - around.left)) / around.width);
}

export const Divider = () => (
  <div
    class="divider" role="slider" tabIndex={0} aria-orientation="horizontal" aria-valuemin={0} aria-valuemax={100} aria-valuenow={divider.value}
    aria-label={t("maps.divider", { first: sideName(0), second: sideName(1) })} aria-valuetext={t("maps.divided", { percent: divider.value, first: sideName(0) })}
    title={t("maps.divider_keys")} style={{ left: `${divider.value}%` }} onKeyDown={key} onPointerMove={drag}
    onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
  >
    <span aria-hidden="true">◂▸</span>
  </div>
);
