/** The palette and the map of keys, over every screen. */
import { type ComponentType, useEffect, useState } from "react";
import { tellProblem } from "../../api/commands.ts";
import { createStore, useStore } from "../../api/store.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Loading } from "../../ui/notice.tsx";
import { closePalette, palette, SEARCH_FIELD, type Typed } from "./palette-state.ts";

type Parts = { readonly search: ComponentType<Typed>; readonly keys: ComponentType };

/**
 * Loaded once the page itself is, and shown without React's lazy: that holds a part back for a moment
 * when it is first shown, and whoever opens the palette types at once.
 */
const parts = createStore<Parts | null>(null);

async function loadParts(): Promise<void> {
  if (parts.get() !== null) return;
  const [{ Palette }, { KeyMap }] = await Promise.all([
    import("./palette.tsx"),
    import("./key-map.tsx"),
  ]);
  parts.set({ search: Palette, keys: KeyMap });
}

export function PaletteHost() {
  const shown = useStore(palette);
  const loaded = useStore(parts);
  useEffect(() => {
    const ignore = (): void => {}; // it is tried again when it is opened
    const idle = requestIdleCallback(() => void loadParts().catch(ignore));
    return () => cancelIdleCallback(idle);
  }, []);
  useEffect(() => {
    if (shown !== "closed") loadParts().catch(tellProblem);
  }, [shown]);
  useCommands([
    {
      id: "palette.open",
      title: "Search or run a command",
      group: "Everywhere",
      keys: "mod+k",
      run: () => palette.set("search"),
    },
    {
      id: "keys.show",
      title: "Show the keys",
      group: "Everywhere",
      keys: "?",
      run: () => palette.set("keys"),
    },
  ]);
  if (shown === "closed") return null;
  return (
    <Dialog
      key={shown}
      label={shown === "search" ? "Search or run a command" : "Keys"}
      onClose={closePalette}
    >
      {shown === "search" ? <Search Found={loaded?.search} /> : <Keys Map={loaded?.keys} />}
    </Dialog>
  );
}

const Keys = ({ Map }: { readonly Map: Parts["keys"] | undefined }) =>
  Map === undefined ? <Loading what="the list" /> : <Map />;

/** What is typed before the list is there is handed over to it. */
function Search({ Found }: { readonly Found: Parts["search"] | undefined }) {
  const [text, onText] = useState("");
  if (Found !== undefined) return <Found text={text} onText={onText} />;
  return (
    <>
      <input
        {...SEARCH_FIELD}
        aria-label="Search or run a command"
        value={text}
        onChange={({ target }) => onText(target.value)}
      />
      <Loading what="the list" />
    </>
  );
}
