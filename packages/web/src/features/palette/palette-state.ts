/** Which of the two lies before the page: the palette, or the map of keys. */
import { createStore } from "../../api/store.ts";

export const palette = createStore<"closed" | "search" | "keys">("closed");

export const closePalette = (): void => palette.set("closed");
