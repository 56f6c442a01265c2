/** Telling a person who looks elsewhere: a notification of the browser, a sound. Kept in this browser. */
import type { AttentionItem } from "@tutti/protocol";
import { createStore, type Store } from "../../api/store.ts";

const kept = (key: string): Store<boolean> => {
  const store = createStore(localStorage.getItem(key) === "yes");
  store.subscribe(() => localStorage.setItem(key, store.get() ? "yes" : "no"));
  // Another page of this browser was told: whichever of them tells must know.
  globalThis.addEventListener?.("storage", (event) => {
    if (event.key === key) store.set(event.newValue === "yes");
  });
  return store;
};

export const wantsNotices = kept("tutti.notices");
export const wantsSound = kept("tutti.sound");

/** Asks the browser; false where it or the person refuses. */
export async function allowNotices(): Promise<boolean> {
  if (!("Notification" in globalThis)) return false;
  return (await Notification.requestPermission()) === "granted";
}

/** Items that were not there before. Nothing is new when the page has only just read them. */
export const newItems = (
  before: ReadonlySet<string> | null,
  items: readonly AttentionItem[],
): readonly AttentionItem[] =>
  before === null
    ? []
    : items.filter(({ run, id, since }) => !before.has(keyOf({ run, id, since })));

export const keyOf = ({ run, id, since }: Pick<AttentionItem, "run" | "id" | "since">): string =>
  `${run}/${id}@${since}`;

/**
 * Of these, those that no other page of this browser tells of. Each is a lock that this page keeps for as
 * long as it is open: what one page writes into the storage of the browser reaches others too late.
 */
export async function claimed(items: readonly AttentionItem[]): Promise<readonly AttentionItem[]> {
  if (!("locks" in navigator)) return items;
  const answers = await Promise.all(items.map((item) => claim(`tutti.told ${keyOf(item)}`)));
  return items.filter((_item, index) => answers[index] === true);
}

const claim = (name: string): Promise<boolean> =>
  new Promise((answer) => {
    void navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      answer(lock !== null);
      return lock === null ? undefined : new Promise(() => undefined);
    });
  });

const TONES_HZ = [660, 880];
const TONE_SECONDS = 0.12;
const LOUDNESS = 0.08;

/** Two short tones, made here: nothing is loaded. */
export function playSound(): void {
  const audio = new AudioContext();
  const gain = audio.createGain();
  gain.gain.value = LOUDNESS;
  gain.connect(audio.destination);
  for (const [index, hertz] of TONES_HZ.entries()) {
    const tone = audio.createOscillator();
    tone.frequency.value = hertz;
    tone.connect(gain);
    tone.start(audio.currentTime + index * TONE_SECONDS);
    tone.stop(audio.currentTime + (index + 1) * TONE_SECONDS);
    if (index === TONES_HZ.length - 1) tone.addEventListener("ended", () => void audio.close());
  }
}
