/** Needs you: the one queue of what waits for a person, and beside it how everything stands. */
import type { AttentionItem } from "@tutti/protocol";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { attentionQuery } from "../../api/queries.ts";
import { useCommands } from "../../commands/commands.tsx";
import { ScreenHeading } from "../../ui/heading.tsx";
import { Keys } from "../../ui/keys.tsx";
import { countText } from "../../ui/numbers.ts";
import { Queried } from "../../ui/queried.tsx";
import { type Roving, useRoving } from "../../ui/roving.ts";
import { inOrder, itemKey } from "./attention-order.ts";
import { AttentionRow } from "./attention-row.tsx";
import { NothingNeeded } from "./nothing-needed.tsx";
import { Standing } from "./standing.tsx";

export function HomeScreen() {
  const query = useQuery(attentionQuery());
  return (
    <div className="flex min-h-full flex-col">
      <ScreenHeading title="Needs you">
        {query.data !== undefined && query.data.length > 0 && (
          <p className="text-muted">{countText(query.data.length, "item")}</p>
        )}
      </ScreenHeading>
      <div className="grid flex-1 max-lg:content-start lg:grid-cols-[minmax(0,1fr)_11rem] xl:grid-cols-[minmax(0,1fr)_15rem]">
        <div className="min-w-0">
          <Queried query={query} what="what needs you">
            {(items) => (items.length === 0 ? <NothingNeeded /> : <Queue items={items} />)}
          </Queried>
        </div>
        <Standing />
      </div>
    </div>
  );
}

function Queue({ items }: { readonly items: readonly AttentionItem[] }) {
  const ordered = inOrder(items);
  const { item: open } = useSearch({ from: "/" });
  const navigate = useNavigate();
  const roving = useRoving({ ids: ordered.map((item) => itemKey(item)) });
  const show = (key: string | null): void =>
    void navigate({ to: "/", search: key === null ? {} : { item: key } });
  const toggle = (key: string | null): void => show(key === open ? null : key);

  useQueueCommands({ roving, open, toggle, close: () => show(null) });
  return (
    <>
      <ul className="@container">
        {ordered.map((item) => (
          <AttentionRow
            key={itemKey(item)}
            item={item}
            isOpen={itemKey(item) === open}
            roving={roving}
            onToggle={() => toggle(itemKey(item))}
          />
        ))}
      </ul>
      <p className="flex gap-4 px-4 py-3 text-muted max-sm:hidden">
        <span>
          <Keys keys="j" /> <Keys keys="k" /> move
        </span>
        <span>
          <Keys keys="o" /> open
        </span>
      </p>
    </>
  );
}

type QueueCommands = {
  readonly roving: Roving;
  readonly open: string | undefined;
  readonly toggle: (key: string | null) => void;
  readonly close: () => void;
};

function useQueueCommands({ roving, open, toggle, close }: QueueCommands): void {
  const group = "Needs you";
  const closing = {
    id: "queue.close",
    title: "Close the item",
    group,
    keys: "escape",
    run: () => {
      close();
      if (open !== undefined) roving.focus(open);
    },
  };
  useCommands([
    {
      id: "queue.next",
      isMove: true,
      title: "Next item",
      group,
      keys: "j",
      run: () => roving.move(1),
    },
    {
      id: "queue.previous",
      isMove: true,
      title: "Previous item",
      group,
      keys: "k",
      run: () => roving.move(-1),
    },
    {
      id: "queue.open",
      title: "Open or close the item",
      group,
      keys: "o",
      run: () => toggle(roving.current),
    },
    ...(open === undefined ? [] : [closing]),
  ]);
}
