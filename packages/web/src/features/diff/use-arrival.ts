/** Follows the address to the file, the hunk or the line that it names, once it is read. */
import { useEffect, useEffectEvent, useMemo, useRef } from "react";
import { withNamed } from "../../ui/hidden-characters.ts";
import type { Actions } from "./row-view.tsx";
import { findSpot, spotIn, spotWords } from "./spot.ts";
import { useDiffAddress } from "./use-address.ts";
import type { Files } from "./use-files.ts";

type Ways = {
  readonly files: Files;
  readonly fold: Actions["fold"];
  /** Goes to a row; `isSpot`: to one within its file. */
  readonly arrive: (index: number, isSpot: boolean) => void;
};

type Arrival = {
  /** A sentence about what the address names and the review does not have. */
  readonly missing: string | null;
  /** A person went to another place, which is to be the address: it is not followed back. */
  readonly leave: (path: string) => void;
};

const WHY = {
  gone: "not in this change",
  cut: "not in the part of this long file that is shown",
} as const;

const keyOf = (path: string, at: string | undefined): string => `${at ?? ""} ${path}`;

export function useArrival({ files, fold, arrive }: Ways): Arrival {
  const { address } = useDiffAddress();
  const { file: path, at } = address;
  const { rows, shown, want } = files;
  const reached = useRef<string | null>(null);
  const left = useRef<string | null>(null);
  const key = path === undefined ? null : keyOf(path, at);
  const found = useMemo(
    () => (path === undefined ? null : findSpot({ rows, shown }, path, spotIn(at))),
    [rows, shown, path, at],
  );
  const follow = useEffectEvent(() => {
    if (key === null || path === undefined || found === null) return;
    if (left.current !== key) left.current = null;
    if (reached.current === key || left.current === key) return;
    if (found.kind === "folded") return fold(path, false);
    if (found.kind === "unread") return want([path]);
    if (found.kind !== "row") return;
    reached.current = key;
    arrive(found.index, at !== undefined);
  });
  useEffect(() => {
    if (found !== null) follow();
  }, [found]);
  const spot = spotIn(at);
  const words = path === undefined || spot === null ? (path ?? "") : spotWords(path, spot);
  const why = found?.kind === "gone" || found?.kind === "cut" ? WHY[found.kind] : null;
  return {
    missing: why === null ? null : `The address names ${withNamed(words)}, which is ${why}.`,
    leave: (next) => {
      left.current = key;
      reached.current = keyOf(next, undefined);
    },
  };
}
