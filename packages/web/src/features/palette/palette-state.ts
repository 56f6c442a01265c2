/** Which of the two lies before the page: the palette, or the map of keys. */
import { createStore } from "../../api/store.ts";

export const palette = createStore<"closed" | "search" | "keys">("closed");

/** What is typed into the palette; it is kept outside of the list, which may still be loading. */
export type Typed = { readonly text: string; readonly onText: (text: string) => void };

/** The daemon takes no longer one. */
const QUERY_MAX_CHARACTERS = 200;

/** The field is the same before the list is there and with it. */
export const SEARCH_FIELD = {
  "data-first-focus": true,
  maxLength: QUERY_MAX_CHARACTERS,
  placeholder: "Search tasks, or type what to do",
  className: "min-h-11 w-full border-b border-line bg-transparent px-4 text-md outline-none",
} as const;

export const closePalette = (): void => palette.set("closed");
