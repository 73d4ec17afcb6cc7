/** Where a planner gives a token, and who is signed in. */

import { useSignal } from "@preact/signals";
import { t } from "../../i18n";
import { leaveSession } from "./saved";
import { planner, signIn, token, who } from "./session";

export function SignIn() {
  const [text, malformed] = [useSignal(""), useSignal(false)];
  const role = who.value.value?.role;
  const problem = malformed.value || role === "invalid" ? "invalid" : token.value !== null && role === "public" ? "public" : null;
  const submit = (event: Event): void => {
    event.preventDefault();
    malformed.value = !signIn(text.value);
    text.value = "";
  };
  return (
    <form class="sign-in" onSubmit={submit}>
      <p class="quiet small">{t("saved.for_planners")}</p>
      <label class="choice"><span>{t("saved.token")}</span><input type="password" name="token" autocomplete="off" spellcheck={false} value={text.value} aria-invalid={problem !== null} onInput={(e) => (text.value = e.currentTarget.value)} /></label>
      {problem && <p class="reason warn" role="alert">{t(`saved.token_${problem}`)}</p>}
      <p class="tools"><button type="submit" disabled={text.value.trim() === "" || who.loading.value}>{t("saved.sign_in")}</button></p>
    </form>
  );
}

export function SignedIn() {
  const found = planner.value;
  if (!found) return null;
  return (
    <p class="signed-in small">
      <span>{t("saved.as", { name: found.name, role: t(`saved.role.${found.role}`) })}</span>
      {token.value !== null && <button type="button" class="plain" onClick={leaveSession}>{t("saved.sign_out")}</button>}
    </p>
  );
}
