import { Link } from "@tanstack/react-router";
import { Activity, Bell, Columns3, GitMerge, Plus, Settings } from "lucide-react";
import { useOverview } from "./overview.ts";

const ENTRIES = [
  { to: "/", word: "Needs you", Icon: Bell },
  { to: "/board", word: "Board", Icon: Columns3 },
  { to: "/fleet", word: "Fleet", Icon: Activity },
  { to: "/landings", word: "Merge train", Icon: GitMerge },
  { to: "/new", word: "New task", Icon: Plus },
  { to: "/settings", word: "Settings", Icon: Settings },
] as const;

export function Navigation() {
  const { attention } = useOverview();
  return (
    <nav
      aria-label="Screens"
      className="flex w-44 shrink-0 flex-col gap-0.5 border-r border-line p-2 max-lg:w-13 sm:overflow-y-auto max-sm:w-full max-sm:flex-row max-sm:justify-around max-sm:gap-0 max-sm:border-t max-sm:p-1 max-sm:border-r-0"
    >
      {ENTRIES.map(({ to, word, Icon }) => (
        <Link
          key={to}
          to={to}
          title={word}
          activeOptions={{ exact: true }}
          activeProps={{ className: "bg-selected font-strong" }}
          className="flex min-h-7 items-center gap-2.5 rounded px-2 hover:bg-raised max-sm:relative max-sm:min-h-12 max-sm:min-w-14 max-sm:flex-col max-sm:justify-center max-sm:gap-0.5"
        >
          <Icon aria-hidden="true" size={15} strokeWidth={1.75} className="shrink-0" />
          <span className="max-sm:text-xs max-sm:whitespace-nowrap sm:max-lg:sr-only">{word}</span>
          {to === "/" && attention !== null && attention > 0 && (
            <span className="ml-auto font-strong text-waiting max-sm:absolute max-sm:start-1/2 max-sm:top-0.5 max-sm:ms-3 max-sm:text-xs">
              {attention}
              <span className="sr-only"> open</span>
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}
