/** The palette and the map of keys, over every screen; loaded when first asked for. */
import { lazy, Suspense, useEffect } from "react";
import { useStore } from "../../api/store.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Loading } from "../../ui/notice.tsx";
import { closePalette, palette } from "./palette-state.ts";

const loadPalette = () => import("./palette.tsx");
const Palette = lazy(() => loadPalette().then(({ Palette: load }) => ({ default: load })));
const KeyMap = lazy(() => import("./key-map.tsx").then(({ KeyMap: load }) => ({ default: load })));

export function PaletteHost() {
  const shown = useStore(palette);
  // Whoever opens it types at once: it is there before, once the page itself is.
  useEffect(() => {
    const idle = requestIdleCallback(() => void loadPalette());
    return () => cancelIdleCallback(idle);
  }, []);
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
  const label = shown === "search" ? "Search or run a command" : "Keys";
  return (
    <Dialog key={shown} label={label} onClose={closePalette}>
      <Suspense fallback={<Loading what="the list" />}>
        {shown === "search" ? <Palette /> : <KeyMap />}
      </Suspense>
    </Dialog>
  );
}
