/** Needs you: the one queue of what waits for a person. */
import { useQuery } from "@tanstack/react-query";
import { attentionQuery } from "../../api/queries.ts";
import { ScreenHeading } from "../../ui/heading.tsx";
import { Empty } from "../../ui/notice.tsx";
import { Queried } from "../../ui/queried.tsx";
import { AttentionRow } from "./attention-row.tsx";

export function HomeScreen() {
  const query = useQuery(attentionQuery());
  return (
    <>
      <ScreenHeading title="Needs you" />
      <Queried query={query} what="what needs you">
        {(items) =>
          items.length === 0 ? (
            <Empty title="Nothing needs you." />
          ) : (
            <ul>
              {items.map((item) => (
                <AttentionRow key={item.id} item={item} />
              ))}
            </ul>
          )
        }
      </Queried>
    </>
  );
}
