import type { RangeChoice } from "./ranges.ts";

type PickerProps = {
  readonly choices: readonly RangeChoice[];
  readonly current: RangeChoice;
  readonly onChoose: (choice: RangeChoice) => void;
};

const GROUPS = ["All", "You", "Step", "Attempt"] as const;
const TITLES: Readonly<Record<(typeof GROUPS)[number], string>> = {
  All: "The change",
  You: "Yours, remembered in this browser",
  Step: "Steps",
  Attempt: "Attempts",
};

/** Which commits are compared. */
export function RangePicker({ choices, current, onChoose }: PickerProps) {
  const all = choices.some(({ id }) => id === current.id) ? choices : [current, ...choices];
  return (
    <label className="flex min-w-0 items-center gap-2">
      <span className="text-muted max-sm:sr-only">Show</span>
      <select
        value={current.id}
        onChange={({ target }) => {
          const choice = all.find(({ id }) => id === target.value);
          if (choice !== undefined) onChoose(choice);
        }}
        className="min-h-7 max-w-80 min-w-0 truncate rounded border border-line-strong bg-surface px-2 max-sm:min-h-11"
      >
        {GROUPS.map((group) => {
          const some = all.filter((choice) => choice.group === group);
          if (some.length === 0) return null;
          return (
            <optgroup key={group} label={TITLES[group]}>
              {some.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </optgroup>
          );
        })}
      </select>
    </label>
  );
}
