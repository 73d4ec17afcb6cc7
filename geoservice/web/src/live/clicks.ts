/** Whether a click on the map does something for the tool that is open. */

import { computed } from "@preact/signals";
import { drawing } from "../zone/choice";
import { tool } from "./tool";

export const takesClicks = computed((): boolean => tool.value === "isochrone" || drawing.value);
