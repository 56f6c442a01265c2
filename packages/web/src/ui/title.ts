/** What the window is called: the screen that is shown, and before it how much needs a person. */
import { useEffect } from "react";
import { createStore, useStore } from "../api/store.ts";

const screen = createStore("");

/** Of the screen that is shown. */
export function useTitle(title: string): void {
  useEffect(() => screen.set(title), [title]);
}

/** `attention`: null while it is not known. */
export function useWindowTitle(attention: number | null): void {
  const title = useStore(screen);
  useEffect(() => {
    document.title = titleText(title, attention ?? 0);
  }, [title, attention]);
}

const titleText = (title: string, attention: number): string =>
  [attention === 0 ? "" : `(${attention})`, title, title === "" ? "Tutti" : "· Tutti"]
    .filter((part) => part !== "")
    .join(" ");
