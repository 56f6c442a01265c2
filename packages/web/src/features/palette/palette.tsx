/** Search or run a command: everything that can be done from here, and every task and what it made. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { useDeferredValue, useEffect, useRef, useState, type ReactNode } from "react";
import { useDeclaredCommands } from "../../commands/commands.tsx";
import { runsQuery } from "../../api/queries.ts";
import { keysText } from "../../ui/keys.tsx";
import { runLook } from "../../ui/run-state.ts";
import { StateMark } from "../../ui/state-mark.tsx";
import { grouped, matching } from "./matching.ts";
import { closePalette } from "./palette-state.ts";

const RECENT = 20;

const run = (action: () => void): void => {
  closePalette();
  action();
};

export function Palette() {
  const [text, setText] = useState("");
  const query = useDeferredValue(text.trim());
  const commands = matching(
    useDeclaredCommands().filter(({ id }) => id !== "palette.open"),
    query,
  );
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <Command shouldFilter={false} loop label="Search or run a command" className="flex flex-col">
      <Command.Input
        ref={input}
        value={text}
        onValueChange={setText}
        placeholder="Search tasks, or type what to do"
        className="min-h-11 border-b border-line bg-transparent px-4 text-md outline-none"
      />
      <Command.List className="max-h-[60vh] overflow-auto p-2">
        <Command.Empty className="p-2 text-muted">Nothing is called that.</Command.Empty>
        {query !== "" && <Tasks query={query} />}
        {grouped(commands).map(({ group, commands: members }) => (
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
        {query === "" && <Tasks query="" />}
      </Command.List>
    </Command>
  );
}

function Tasks({ query }: { readonly query: string }) {
  const navigate = useNavigate();
  const { data } = useQuery(runsQuery({ limit: RECENT }));
  const wanted = query.toLowerCase();
  const runs = data?.items.filter(({ title }) => title.toLowerCase().includes(wanted)) ?? [];
  if (runs.length === 0) return null;
  return (
    <Group heading="Tasks">
      {runs.map(({ id, title, state, text }) => (
        <Item
          key={id}
          id={id}
          onSelect={() => run(() => void navigate({ to: "/runs/$run", params: { run: id } }))}
        >
          <StateMark {...runLook(state)} isShapeOnly />
          <span dir="auto" className="min-w-0 truncate">
            {title}
          </span>
          <span dir="auto" className="ml-auto max-w-2/5 truncate text-muted">
            {text}
          </span>
        </Item>
      ))}
    </Group>
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
