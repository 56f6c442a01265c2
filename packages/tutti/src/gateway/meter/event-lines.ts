/**
 * Finds, in a stream of server-sent events, those that say something about usage. Most events do not:
 * they are only counted. So the text is searched as a whole for a few words, and an event is parsed only
 * where one is found. Memory holds at most one event, and none above its limit.
 */
import { EVENT_MAX_CHARACTERS } from "../limits.ts";

/** Events at the begin that are read in any case: they name the model. */
const FIRST_EVENTS = 3;

type EventLinesOptions = {
  readonly needles: readonly string[];
  /** Text of a `data:` line. Bytes above ASCII are one character each; nothing that is read holds any. */
  readonly onData: (text: string) => void;
};

export class EventLines {
  readonly #options: EventLinesOptions;
  /** Pieces of a line whose end has not arrived. */
  #rest: string[] = [];
  #restLength = 0;
  #isSkipping = false;
  #hasSkipped = false;
  #events = 0;

  constructor(options: EventLinesOptions) {
    this.#options = options;
  }

  /** `data:` lines so far. */
  get events(): number {
    return this.#events;
  }

  /** An event was over its limit: nobody knows what it said. */
  get hasSkipped(): boolean {
    return this.#hasSkipped;
  }

  push(chunk: Buffer): void {
    const text = chunk.toString("latin1");
    const end = text.lastIndexOf("\n") + 1;
    if (end === 0) {
      this.#keep(text);
      return;
    }
    const whole = this.#rest.length === 0 ? text : this.#rest.join("") + text;
    const complete = whole.slice(0, whole.length - (text.length - end));
    this.#rest = [];
    this.#restLength = 0;
    this.#scan(this.#isSkipping ? complete.slice(complete.indexOf("\n") + 1) : complete);
    this.#isSkipping = false;
    this.#keep(text.slice(end));
  }

  /** A last line may lack its line feed. */
  end(): void {
    if (this.#restLength > 0 && !this.#isSkipping) this.#scan(`${this.#rest.join("")}\n`);
    this.#rest = [];
    this.#restLength = 0;
  }

  #keep(text: string): void {
    if (text === "" || this.#isSkipping) return;
    this.#rest.push(text);
    this.#restLength += text.length;
    if (this.#restLength <= EVENT_MAX_CHARACTERS) return;
    this.#rest = [];
    this.#restLength = 0;
    this.#isSkipping = true;
    this.#hasSkipped = true;
  }

  /** `text` is whole lines. */
  #scan(text: string): void {
    let from = 0;
    while (this.#events < FIRST_EVENTS && from < text.length) {
      const end = text.indexOf("\n", from);
      this.#read(text.slice(from, end));
      from = end + 1;
    }
    const rest = from === 0 ? text : text.slice(from);
    if (rest === "") return;
    this.#count(rest);
    for (const line of linesWith(rest, this.#options.needles)) this.#data(line);
  }

  #read(line: string): void {
    if (!line.startsWith("data:")) return;
    this.#events += 1;
    this.#data(line);
  }

  #data(line: string): void {
    if (line.startsWith("data:")) this.#options.onData(line.slice("data:".length).trim());
  }

  #count(text: string): void {
    if (text.startsWith("data:")) this.#events += 1;
    for (let at = text.indexOf("\ndata:"); at !== -1; at = text.indexOf("\ndata:", at + 1)) {
      this.#events += 1;
    }
  }
}

/** Each line that holds a needle, once, in order. */
function linesWith(text: string, needles: readonly string[]): string[] {
  const starts = new Set<number>();
  for (const needle of needles) {
    for (let at = text.indexOf(needle); at !== -1;) {
      starts.add(text.lastIndexOf("\n", at) + 1);
      const end = text.indexOf("\n", at);
      at = end === -1 ? -1 : text.indexOf(needle, end);
    }
  }
  return [...starts]
    .toSorted((left, right) => left - right)
    .map((start) => text.slice(start, text.indexOf("\n", start)));
}
