/** The title of a tool's panel, with the way out of it. */

import { t } from "../i18n";
import { leaveTool } from "./entry";
import "./live.css";

export const ToolHead = ({ title }: { title: string }) => (
  <div class="bar">
    <h2>{title}</h2>
    <button type="button" class="plain" title="Esc" onClick={leaveTool}>{t("scenario.leave")}</button>
  </div>
);
