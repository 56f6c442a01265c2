import { useStore } from "../../api/store.ts";
import { SectionHeading } from "../../ui/heading.tsx";
import { theme, type Theme } from "../../ui/theme.ts";

const THEMES: readonly { readonly value: Theme; readonly word: string }[] = [
  { value: "system", word: "As the system" },
  { value: "light", word: "Light" },
  { value: "dark", word: "Dark" },
];

export function Appearance() {
  const chosen = useStore(theme);
  return (
    <section aria-labelledby="appearance">
      <SectionHeading title="Appearance" id="appearance" />
      <fieldset className="flex flex-wrap gap-4 px-4">
        <legend className="sr-only">Theme</legend>
        {THEMES.map(({ value, word }) => (
          <label key={value} className="flex min-h-7 items-center gap-2 max-sm:min-h-11">
            <input
              type="radio"
              name="theme"
              checked={chosen === value}
              onChange={() => theme.set(value)}
              className="size-4 accent-accent"
            />
            {word}
          </label>
        ))}
      </fieldset>
    </section>
  );
}
