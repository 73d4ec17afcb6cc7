/** The ways into a tool and out of it, for the pointer and for the keyboard. */

import { focusSoon, openResults } from "../scenario/entry";
import { closeTool, openTool, tool, type Tool } from "./tool";

/** Opens a tool, or leaves it where it is open. */
export function enterTool(id: Tool): void {
  if (tool.value === id) return leaveTool();
  openResults();
  openTool(id);
  focusSoon("#results-body");
}

export function leaveTool(): void {
  const left = tool.value;
  closeTool();
  focusSoon(`.try[data-tool="${left}"]`);
}
