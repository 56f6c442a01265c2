/** The palette and the map of keys, over every screen. */
import { type ComponentType, useEffect } from "react";
import { tellProblem } from "../../api/commands.ts";
import { createStore, useStore } from "../../api/store.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Loading } from "../../ui/notice.tsx";
import { closePalette, palette } from "./palette-state.ts";

/**
 * Loaded once the page itself is, and shown without React's lazy: that holds a part back for a moment
 * when it is first shown, and whoever opens the palette types at once.
 */
const parts = createStore<{ readonly search: ComponentType; readonly keys: ComponentType } | null>(
  null,
);

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
  const Part = loaded?.[shown];
  return (
    <Dialog
      key={shown}
      label={shown === "search" ? "Search or run a command" : "Keys"}
      onClose={closePalette}
    >
      {Part === undefined ? <Loading what="the list" /> : <Part />}
    </Dialog>
  );
}
