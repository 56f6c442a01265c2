import { CircleQuestionMark, Search } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { palette } from "./palette-state.ts";

export function PaletteButtons() {
  return (
    <span className="ml-auto flex items-center gap-1">
      <Button
        shortcut="mod+k"
        className="text-muted max-sm:border-transparent max-sm:bg-transparent"
        onClick={() => palette.set("search")}
      >
        <Search aria-hidden="true" size={14} />
        <span className="font-normal max-lg:sr-only">Search or run a command</span>
      </Button>
      <Button
        emphasis="quiet"
        aria-label="Show the keys"
        title="Keys (?)"
        className="text-muted max-sm:hidden"
        onClick={() => palette.set("keys")}
      >
        <CircleQuestionMark aria-hidden="true" size={15} />
      </Button>
    </span>
  );
}
