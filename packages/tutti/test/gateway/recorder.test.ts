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
});
