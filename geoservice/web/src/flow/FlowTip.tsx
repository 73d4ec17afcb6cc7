/** The sentence beside the pointer, for a flow that is pointed at on the map. */

import { frame } from "../map/flight";
import { marked, pointed } from "./mark";
import { detailOf, sentenceOf, titleOf } from "./words";

export function FlowTip() {
  const { x, y } = pointed.value ?? {};
  const flow = marked.value;
  if (!flow || x === undefined || y === undefined) return null;
  return (
    <div class={x > (frame.value?.width ?? 0) / 2 ? "tip left" : "tip"} style={{ left: `${x}px`, top: `${y}px` }} aria-hidden="true">
      <strong>{titleOf(flow)}</strong>
      <span>{sentenceOf(flow)}</span>
      <span>{detailOf(flow)}</span>
    </div>
  );
}
