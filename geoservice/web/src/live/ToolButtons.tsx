/** What can be opened above the map: a scenario, and the tools, of which one at a time takes the clicks. */

import { isCopy } from "../copy";
import { t } from "../i18n";
import { scenarioOn, there } from "../scenario/choice";
import { enter } from "../scenario/entry";
import { REASON, ServerButton } from "../ui/ServerButton";
import { enterTool } from "./entry";
import { tool, TOOLS, toolsThere } from "./tool";

export const ToolButtons = () => (
  <div class="tries">
    {there.value && !scenarioOn.value && <ServerButton class="try" data-tool="scenario" onClick={enter}>{t("scenario.open")}</ServerButton>}
    {toolsThere.value && TOOLS.map((id) => (
      <ServerButton key={id} class="try" data-tool={id} aria-pressed={tool.value === id} onClick={() => enterTool(id)}>{t(`${id}.open`)}</ServerButton>
    ))}
    {isCopy && (there.value || toolsThere.value) && <p class="reason" id={REASON}><span>{t("copy.tools")}</span></p>}
  </div>
);
