/** Writes finished requests in batches. A disk that refuses is tried again; the requests wait in memory. One that no table takes is left out. */
import { TuttiError } from "@tutti/protocol";
import type { ModelRequest } from "@tutti/protocol";
import type { Deps } from "../engine/ports/deps.ts";
import type { Store } from "../engine/ports/store.ts";
import { METER_FLUSH_MS, METER_KEPT_MAX } from "./limits.ts";

const RETRY_MS = 1_000;

export class Recorder {
  readonly #meter: Pick<Store["meter"], "append">;
  readonly #log: Deps["log"];
  #waiting: ModelRequest[] = [];
  #timer: NodeJS.Timeout | null = null;
  /** Never rejects. */
  #writing: Promise<void> = Promise.resolve();

  constructor(meter: Pick<Store["meter"], "append">, log: Deps["log"]) {
    this.#meter = meter;
    this.#log = log;
  }

  add(request: ModelRequest): void {
    this.#waiting.push(request);
    this.#later(METER_FLUSH_MS);
  }

  /** Resolves when all that was added is durable, or when the store refused; then it is tried again. */
  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    // After the batch that is being written: what it holds is not durable yet either.
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    try {
      await this.#meter.append(batch);
    } catch (error) {
      if (error instanceof TuttiError) this.#retry(batch, error);
      else await this.#writeEach(batch);
    }
  }

  /** One of them is at fault, and must not keep the others from being written. */
  async #writeEach(batch: readonly ModelRequest[]): Promise<void> {
    for (const [index, request] of batch.entries()) {
      try {
        await this.#meter.append([request]);
      } catch (error) {
        if (error instanceof TuttiError) return this.#retry(batch.slice(index), error);
        this.#log("a model request cannot be recorded and is lost", { id: request.id, error });
      }
    }
  }

  #retry(batch: readonly ModelRequest[], error: TuttiError): void {
    this.#log("model requests could not be recorded; they are tried again", { error });
    this.#keep(batch);
    this.#later(RETRY_MS);
  }

  #keep(batch: readonly ModelRequest[]): void {
    const all = [...batch, ...this.#waiting];
    this.#waiting = all.slice(-METER_KEPT_MAX);
    const lost = all.length - this.#waiting.length;
    if (lost > 0) this.#log("model requests were lost: the disk took no more", { lost });
  }

  #later(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.flush();
    }, ms);
  }
}
