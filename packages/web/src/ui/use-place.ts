/** Brings what the address names into view, once it is there, and gives it the focus. */
import { useRef, type RefCallback } from "react";

export type Place = {
  readonly ref: RefCallback<HTMLElement>;
  readonly tabIndex: -1;
  readonly "aria-current": "location";
};

const intoView = (element: HTMLElement): void => element.scrollIntoView({ block: "start" });

/** Properties for the element that is the place; null for all others. A list that is its own window brings it itself. */
export function usePlace(
  at: string | undefined,
  bring: (element: HTMLElement) => void = intoView,
): (id: string) => Place | null {
  const shown = useRef<string | undefined>(undefined);
  return (id) =>
    id !== at
      ? null
      : {
          tabIndex: -1,
          "aria-current": "location",
          ref: (element) => {
            if (element === null || shown.current === at) return;
            shown.current = at;
            bring(element);
            element.focus({ preventScroll: true });
          },
        };
}
