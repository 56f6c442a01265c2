/** One run: what it does, what it made, and what proves it. */
import type { RunView } from "@tutti/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { runQuery } from "../../api/queries.ts";
import { useCommands } from "../../commands/commands.tsx";
import { ScreenHeading } from "../../ui/heading.tsx";
import { Queried } from "../../ui/queried.tsx";
import { RunProvider } from "./run-context.tsx";
import { RunHeader } from "./run-header.tsx";
import { useTurnEnds } from "./use-turn-ends.ts";

const TABS = [
  { to: "/runs/$run", word: "Overview", key: "1" },
  { to: "/runs/$run/transcript", word: "Transcript", key: "2" },
  { to: "/runs/$run/spec", word: "Spec", key: "3" },
  { to: "/runs/$run/diff", word: "Diff", key: "4" },
  { to: "/runs/$run/checks", word: "Checks", key: "5" },
  { to: "/runs/$run/findings", word: "Findings", key: "6" },
  { to: "/runs/$run/record", word: "Record", key: "7" },
  { to: "/runs/$run/terminal", word: "Terminal", key: "8" },
] as const;

export function RunScreen() {
  const { run } = useParams({ from: "/runs/$run" });
  const query = useQuery(runQuery(run));
  if (query.data === undefined)
    return (
      <>
        <ScreenHeading title="Run" />
        <Queried query={query} what="the run">
          {() => null}
        </Queried>
      </>
    );
  return (
    <Queried query={query} what="the run">
      {(view) => (
        <RunProvider value={view}>
          <TurnEnds view={view} />
          <div className="flex h-full min-h-0 flex-col">
            <RunHeader view={view} />
            <Tabs view={view} />
            <section
              aria-label="Part of the run"
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- else the keyboard cannot scroll it
              tabIndex={0}
              // In a low window, or with large text, one scrolls to it past the head.
              className="min-h-[min(20rem,80dvh)] flex-1 overflow-auto"
            >
              <Outlet />
            </section>
          </div>
        </RunProvider>
      )}
    </Queried>
  );
}

function TurnEnds({ view }: { readonly view: RunView }) {
  useTurnEnds(view);
  return null;
}

const countOf = (view: RunView, word: string): number => {
  if (word === "Findings") return view.findings.length;
  if (word === "Checks") return view.checks.length;
  return word === "Spec" ? view.artifacts.length : 0;
};

function Tabs({ view }: { readonly view: RunView }) {
  const navigate = useNavigate();
  const tabs = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    if (tabs.current === null) return undefined;
    // Where there is no room for all of them, the chosen one is in sight.
    const chosen = tabs.current.querySelector(`a[href="${CSS.escape(pathname)}"]`);
    const sizes = new ResizeObserver(() => chosen?.scrollIntoView({ block: "nearest" }));
    sizes.observe(tabs.current);
    return () => sizes.disconnect();
  }, [pathname]);
  const params = { run: view.run };
  useCommands(
    TABS.map(({ to, word, key }) => ({
      id: `run.tab.${word}`,
      title: word,
      group: "This run",
      keys: key,
      run: () => void navigate({ to, params }),
    })),
  );
  return (
    <nav
      ref={tabs}
      aria-label="Parts of the run"
      className="flex gap-1 overflow-x-auto border-b border-line px-3"
    >
      {TABS.map(({ to, word }) => {
        const count = countOf(view, word);
        return (
          <Link
            key={to}
            to={to}
            params={params}
            activeOptions={{ exact: true, includeSearch: false }}
            activeProps={{ className: "border-accent font-strong" }}
            inactiveProps={{ className: "border-transparent text-muted" }}
            className="flex min-h-8 items-center gap-1.5 border-b-2 px-2 hover:text-text max-sm:min-h-11"
          >
            {word}
            {count > 0 && <span className="text-muted">{count}</span>}
          </Link>
        );
      })}
    </nav>
  );
}
