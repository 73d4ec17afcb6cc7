/** The code that draws lines: deck.gl and flowmap.gl, fetched when the flows are first shown. */

import { Loaded } from "../loaded";
import { flowsOn } from "../state";

export const drawing = new Loaded(() => (flowsOn.value ? "lines" : null), () => import("./lines"));
