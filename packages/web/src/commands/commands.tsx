/**
 * Everything that can be done from where one is: the palette lists it, keys reach it, and it is
 * declared by the screen that can do it, for as long as that screen is shown.
 */
import { useEffect, useEffectEvent } from "react";
import { createStore, useStore } from "../api/store.ts";

export type PageCommand = {
  readonly id: string;
  readonly title: string;
  /** What it belongs to, for the palette and the list of keys. */
  readonly group: string;
  /** `g h` one after the other, `mod+k` at once. */
  readonly keys?: string;
  /** From one thing to the next, by a key that the hand knows: the palette lists it last. */
  readonly isMove?: boolean;
  readonly run: () => void;
};

const declared = createStore<readonly PageCommand[]>([]);

export const useDeclaredCommands = (): readonly PageCommand[] => useStore(declared);

/** Declares commands while the component is shown; later ones win the same keys. */
export function useCommands(commands: readonly PageCommand[]): void {
  const invoke = useEffectEvent((id: string) => commands.find((one) => one.id === id)?.run());
  const facts = JSON.stringify(
    commands.map(({ id, title, group, keys, isMove }) => ({ id, title, group, keys, isMove })),
  );
  useEffect(() => {
    const listed: Omit<PageCommand, "run">[] = JSON.parse(facts);
    const mine = listed.map((fact) => ({ ...fact, run: () => invoke(fact.id) }));
    declared.set([...declared.get(), ...mine]);
    return () => declared.set(declared.get().filter((one) => !mine.includes(one)));
  }, [facts]);
}

/** Time within which the second key of a pair is taken together with the first. */
const SEQUENCE_MS = 1200;

/** A box that is ticked takes the space bar and no letters. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])"));

/** A dialog lies before the page: its keys are its own. */
const isElsewhere = (target: EventTarget | null): boolean =>
  isTyping(target) || (target instanceof Element && target.closest("dialog") !== null);

function chordOf(event: KeyboardEvent): string {
  const key = event.key.toLowerCase();
  return event.metaKey || event.ctrlKey ? `mod+${key}` : key;
}

/** Keys of the whole page. Text fields keep their keys, but for those with a modifier. */
export function useKeyboard(): void {
  useEffect(() => {
    let first: { chord: string; at: number } | null = null;
    const onKey = (event: KeyboardEvent): void => {
      const chord = chordOf(event);
      if (event.altKey || event.defaultPrevented) return;
      if (isElsewhere(event.target) && !chord.startsWith("mod+")) return;
      const isPair = first !== null && event.timeStamp - first.at < SEQUENCE_MS;
      const pair = isPair && first !== null ? `${first.chord} ${chord}` : chord;
      const all = declared.get();
      const found =
        all.findLast(({ keys }) => keys === pair) ?? all.findLast(({ keys }) => keys === chord);
      first = found === undefined ? { chord, at: event.timeStamp } : null;
      if (found === undefined) return;
      event.preventDefault();
      found.run();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
