/** Search or run a command: everything that can be done from here, and every task and what it made. */
import type { SearchHit } from "@tutti/protocol";
import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { useLayoutEffect, useRef, type ReactNode } from "react";
import { useDeclaredCommands } from "../../commands/commands.tsx";
import { daemon } from "../../api/daemon.ts";
import { runsQuery } from "../../api/queries.ts";
import { keysText } from "../../ui/keys.tsx";
import { plainLine } from "../../ui/plain.ts";
import { runLook } from "../../ui/run-state.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { deedsFirst, grouped, matching, stillFound } from "./matching.ts";
import { closePalette, SEARCH_FIELD, type Typed } from "./palette-state.ts";

const RECENT = 20;
const HITS = 30;

const FAILED = "The search failed: the daemon did not answer it. Type on to try it again.";

const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ["search", q],
    queryFn: ({ signal }) => daemon.search({ q, limit: HITS }, { signal }),
    staleTime: 0,
    placeholderData: keepPreviousData,
  });

const run = (action: () => void): void => {
  closePalette();
  action();
};

export function Palette({ text, onText }: Typed) {
  // Commands are those of what is typed now, and so are hits of before: Enter never means an older list.
  const query = text.trim();
  const { data, isError, isFetching, isPlaceholderData } = useQuery({
    ...searchQuery(query),
    enabled: query !== "",
  });
  const hits = data === undefined || query === "" ? [] : data.items;
  const found = isPlaceholderData ? stillFound(hits, query) : hits;
  const commands = matching(
    useDeclaredCommands().filter(({ id }) => id !== "palette.open"),
    query,
  );
  const input = useRef<HTMLInputElement>(null);
  // It may be loaded only when the dialog is open already: no key comes between the field before and this one.
  useLayoutEffect(() => input.current?.focus(), []);
  return (
    <Command shouldFilter={false} loop label="Search or run a command" className="flex flex-col">
      <Command.Input {...SEARCH_FIELD} ref={input} value={text} onValueChange={onText} />
      <Command.List className="max-h-[60vh] overflow-auto p-2">
        <Command.Empty className="p-2 text-muted">
          {isFetching ? "Searching …" : isError ? FAILED : "Nothing is found."}
        </Command.Empty>
        <Hits found={found} />
        {query !== "" && !isPlaceholderData && data?.isCut === true && (
          <p className="px-2 pb-2 text-muted">
            There may be more: the first hits are shown, and of very old tasks only titles are
            looked at.
          </p>
        )}
        {grouped(deedsFirst(commands)).map(({ group, commands: members }) => (
          <Group key={group} heading={group}>
            {members.map((command) => (
              <Item key={command.id} id={command.id} onSelect={() => run(command.run)}>
                <span>{command.title}</span>
                {command.keys !== undefined && (
                  <kbd className="ml-auto font-sans text-muted">{keysText(command.keys)}</kbd>
                )}
              </Item>
            ))}
          </Group>
        ))}
        {query === "" && <RecentTasks />}
      </Command.List>
    </Command>
  );
}

function RecentTasks() {
  const navigate = useNavigate();
  const { data } = useQuery(runsQuery({ limit: RECENT }));
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Group heading="Tasks">
      {data.items.map(({ id, title, state, text }) => (
        <Item
          key={id}
          id={id}
          onSelect={() => run(() => void navigate({ to: "/runs/$run", params: { run: id } }))}
        >
          <StateMark {...runLook(state)} isShapeOnly />
          <Found title={title} detail={text} />
        </Item>
      ))}
    </Group>
  );
}

const KINDS = [
  { kind: "run", heading: "Tasks" },
  { kind: "finding", heading: "Findings" },
  { kind: "artifact", heading: "Artifacts" },
  { kind: "file", heading: "Changed files" },
] as const;

function Hits({ found }: { readonly found: readonly SearchHit[] }) {
  const go = useHit();
  return KINDS.map(({ kind, heading }) => {
    const hits = found.filter((hit) => hit.kind === kind);
    if (hits.length === 0) return null;
    return (
      <Group key={kind} heading={heading}>
        {hits.map((hit) => {
          const id = `${hit.kind} ${hit.run} ${hit.where}`;
          return (
            <Item key={id} id={id} onSelect={() => run(() => go(hit))}>
              <Found {...wordsOf(hit)} />
            </Item>
          );
        })}
      </Group>
    );
  });
}

/** What was found first, and then where. */
function wordsOf({ kind, title, detail, where }: SearchHit) {
  if (kind === "run") return { title, detail: detail === title ? "" : detail };
  if (kind === "finding") return { title: detail, detail: `${where} · ${title}` };
  return { title: where, detail: `${title} · ${detail}` };
}

/** Each where it is: a file in the review, a finding among the findings, a text among the texts. */
function useHit(): (hit: SearchHit) => void {
  const navigate = useNavigate();
  return ({ kind, run: id, where }) => {
    const params = { run: id };
    switch (kind) {
      case "file":
        return void navigate({ to: "/runs/$run/diff", params, search: { file: where } });
      case "finding":
        return void navigate({ to: "/runs/$run/findings", params, search: { at: where } });
      case "artifact":
        return void navigate({ to: "/runs/$run/spec", params, search: { at: where } });
      case "run":
        return void navigate({ to: "/runs/$run", params });
    }
  };
}

function Found({ title, detail }: { readonly title: string; readonly detail: string }) {
  return (
    <>
      <span dir="auto" className="min-w-0 truncate">
        {plainLine(title)}
      </span>
      <span dir="auto" className="ml-auto max-w-1/2 truncate text-muted">
        {plainLine(detail)}
      </span>
    </>
  );
}

function Group({ heading, children }: { readonly heading: string; readonly children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="pb-2 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-muted"
    >
      {children}
    </Command.Group>
  );
}

type ItemProps = {
  readonly id: string;
  readonly onSelect: () => void;
  readonly children: ReactNode;
};

function Item({ id, onSelect, children }: ItemProps) {
  return (
    <Command.Item
      value={id}
      onSelect={onSelect}
      className="flex min-h-8 cursor-pointer items-center gap-3 rounded px-2 data-[selected=true]:bg-selected max-sm:min-h-11"
    >
      {children}
    </Command.Item>
  );
}
