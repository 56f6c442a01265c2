/** One read of the daemon on screen: loading, failed, or its answer, which stays while it is read again. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failed, Loading } from "./notice.tsx";

type QueriedProps<Answer> = {
  readonly query: UseQueryResult<Answer>;
  readonly what: string;
  readonly children: (answer: Answer) => ReactNode;
};

export function Queried<Answer>({ query, what, children }: QueriedProps<Answer>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  return <Loading what={what} />;
}
