/** A shortcut as people read it: `g h` is one key after the other, `mod+k` both at once. */
const isMac = (): boolean => /mac/iu.test(navigator.userAgent);

const NAMES: Readonly<Record<string, string>> = { enter: "↵", escape: "Esc", shift: "⇧" };

const keyName = (key: string): string => {
  if (key === "mod") return isMac() ? "⌘" : "Ctrl";
  return NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);
};

export const keysText = (keys: string): string =>
  keys
    .split(" ")
    .map((chord) =>
      chord
        .split("+")
        .map(keyName)
        .join(isMac() ? "" : "+"),
    )
    .join(" then ");

export function Keys({ keys }: { readonly keys: string }) {
  return (
    <kbd className="rounded border border-current/40 px-1 font-sans text-xs leading-4 font-normal max-sm:hidden">
      {keysText(keys)}
    </kbd>
  );
}
