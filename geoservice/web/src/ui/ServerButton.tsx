/** A button of something that a server computes. In a copy without one it is grey, and says why to the pointer and to whoever hears the page. */

import type { ButtonHTMLAttributes } from "preact";
import { isCopy } from "../copy";
import { t } from "../i18n";

/** The id of the text that says why. */
export const REASON = "reason-copy";

export function ServerButton({ children, onClick, "aria-pressed": pressed, ...rest }: ButtonHTMLAttributes<HTMLButtonElement>) {
  if (isCopy) return <button type="button" {...rest} aria-disabled="true" aria-describedby={REASON} title={t("copy.off")}>{children}</button>;
  return <button type="button" {...rest} {...(pressed === undefined ? {} : { "aria-pressed": pressed })} onClick={onClick}>{children}</button>;
}
