/** The palette and the map of keys, over every screen; loaded when first asked for. */
import { lazy, Suspense } from "react";
import { useStore } from "../../api/store.ts";
import { useCommands } from "../../commands/commands.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Loading } from "../../ui/notice.tsx";
import { closePalette, palette } from "./palette-state.ts";

const Palette = lazy(() =>
  import("./palette.tsx").then(({ Palette: load }) => ({ default: load })),
);
const KeyMap = lazy(() => import("./key-map.tsx").then(({ KeyMap: load }) => ({ default: load })));

export function PaletteHost() {
  const shown = useStore(palette);
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
