/** What is told to people who do not see the page change: few things, each once. */
import { createStore, useStore } from "../api/store.ts";

const told = createStore("");

/** The same words again are told again: the text differs by a space that nobody hears. */
export const announce = (text: string): void =>
  told.set(told.get() === text ? `${text}\u00A0` : text);

export const useAnnounced = (): string => useStore(told);
