import { TuttiError } from "@tutti/protocol";
import type { ModelRequest } from "@tutti/protocol";
import { describe, expect, it } from "vitest";
import { sampleModelRequest } from "../../../../test/fixtures/runs.ts";
import { Recorder } from "../../src/gateway/recorder.ts";
import { CALLER } from "./rig.ts";

const request = (number: number): ModelRequest => sampleModelRequest(CALLER.run, number);

describe("recording finished requests", () => {
  it("is over only when a batch that was being written is durable as well", async () => {
    const steps: string[] = [];
    const disk = Promise.withResolvers<void>();
    const append = async (requests: readonly ModelRequest[]): Promise<void> => {
      await disk.promise;
      steps.push(`wrote ${requests.length}`);
    };
    const recorder = new Recorder({ append }, () => undefined);
    recorder.add(request(1));
    const first = recorder.flush();
    const second = recorder.flush().then(() => steps.push("over"));
    disk.resolve();
    await Promise.all([first, second]);
    expect(steps).toEqual(["wrote 1", "over"]);
  });

  it("writes together what came together, in its order, without being asked", async () => {
    const written = Promise.withResolvers<readonly ModelRequest[]>();
    const append = async (requests: readonly ModelRequest[]): Promise<void> =>
      written.resolve(requests);
    const recorder = new Recorder({ append }, () => undefined);
    for (const number of [1, 2, 3]) recorder.add(request(number));
    expect((await written.promise).map(({ id }) => id)).toEqual(["m-1", "m-2", "m-3"]);
  });

  it("leaves out one that no table takes, and writes the others", async () => {
    const written: string[] = [];
    const logged: unknown[] = [];
    const append = async (requests: readonly ModelRequest[]): Promise<void> => {
      if (requests.some(({ id }) => id === "m-2")) throw new TypeError("cannot be bound");
      written.push(...requests.map(({ id }) => id));
    };
    const recorder = new Recorder({ append }, (message, facts) => logged.push([message, facts]));
    for (const number of [1, 2, 3]) recorder.add(request(number));
    await recorder.flush();
    recorder.add(request(4));
    await recorder.flush();
    expect(written).toEqual(["m-1", "m-3", "m-4"]);
    expect(logged).toEqual([
      ["a model request cannot be recorded and is lost", expect.objectContaining({ id: "m-2" })],
    ]);
  });

  it("keeps all of them while the disk takes none", async () => {
    let isFull = true;
    const written: string[] = [];
    const append = async (requests: readonly ModelRequest[]): Promise<void> => {
      if (isFull) throw new TuttiError("disk.full", "no space left", { retry: "later" });
      written.push(...requests.map(({ id }) => id));
    };
    const recorder = new Recorder({ append }, () => undefined);
    for (const number of [1, 2]) recorder.add(request(number));
    await recorder.flush();
    isFull = false;
    await recorder.flush();
    expect(written).toEqual(["m-1", "m-2"]);
  });
});
