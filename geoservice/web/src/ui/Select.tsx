/** A choice from a list. A reason says why the choice has no effect, or what it lacks. */

interface Props {
  name: string;
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  choose: (id: string) => void;
  reason?: string | null;
  off?: boolean;
}

export function Select({ name, label, value, options, choose, reason = null, off = false }: Props) {
  const id = reason === null ? undefined : `reason-${name.replaceAll("_", "-")}`;
  return (
    <label class={`choice${off ? " off" : ""}`}>
      <span>{label}</span>
      <select name={name} value={value} disabled={off} aria-describedby={id} onChange={(e) => choose(e.currentTarget.value)}>
        {options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
      </select>
      {reason !== null && <small class="reason" id={id}>{reason}</small>}
    </label>
  );
}
