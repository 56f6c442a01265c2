import { Link } from "@tanstack/react-router";
import { PaletteButtons } from "../features/palette/palette-buttons.tsx";
import { usdText } from "../ui/numbers.ts";
import { useWindowTitle } from "../ui/title.ts";
import { useOverview } from "./overview.ts";

export function TopBar() {
  const { attention, working, isMore, usdToday } = useOverview();
  useWindowTitle(attention);
  return (
    <header className="flex min-h-10 flex-wrap items-center gap-x-4 border-b border-line px-4">
      <Link to="/" className="font-strong">
        Tutti
      </Link>
      <PaletteButtons />
      <p className="ml-auto flex gap-3 whitespace-nowrap text-muted">
        {attention !== null && (
          <Link to="/" className={attention > 0 ? "font-strong text-waiting" : undefined}>
            {attention} {attention === 1 ? "needs" : "need"} you
          </Link>
        )}
        {working !== null && (
          <Link to="/board">
            {working}
            {isMore ? "+" : ""} working
          </Link>
        )}
        {usdToday !== null && <span className="max-sm:hidden">{usdText(usdToday)} today</span>}
      </p>
    </header>
  );
}
