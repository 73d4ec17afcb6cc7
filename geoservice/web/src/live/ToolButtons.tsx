/** What can be opened above the map: a scenario, and the tools, of which one at a time takes the clicks. */

import { t } from "../i18n";
import { scenarioOn, there } from "../scenario/choice";
import { enter } from "../scenario/entry";
import { enterTool } from "./entry";
import { tool, TOOLS, toolsThere } from "./tool";

export const ToolButtons = () => (
  <div class="tries">
    {there.value && !scenarioOn.value && <button type="button" class="try" data-tool="scenario" onClick={enter}>{t("scenario.open")}</button>}
    {toolsThere.value && TOOLS.map((id) => (
      <button key={id} type="button" class="try" data-tool={id} aria-pressed={tool.value === id} onClick={() => enterTool(id)}>{t(`${id}.open`)}</button>
    ))}
  </div>
);
