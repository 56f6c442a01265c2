/** Attacks on the web listener of a whole daemon, whose routes reach a real store, git and files. */
import { existsSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conduct, createDaemon, type Daemon, proceed, startRun } from "../fixtures/daemon.ts";
import { createProject, DUET, type Project } from "../fixtures/project.ts";

const CANARY = "canary-of-the-host-4b1d";

let project: Project;
let daemon: Daemon;
let run: string;
let port: number;
let cookie: string;
let marker: string;

type Answer = { readonly status: number; readonly body: string; readonly cookie: string };
type Ask = {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The path goes out as it is: `fetch` would tidy it up. */
const ask = async (path: string, { method = "GET", body, headers }: Ask = {}): Promise<Answer> => {
  const asked = request({
    host: "127.0.0.1",
    port,
    path: `/api/v1${path}`,
    method,
    headers: {
      origin: `http://127.0.0.1:${port}`,
      "content-type": "application/json",
      cookie,
      ...headers,
    },
  });
  asked.end(body);
  const [response] = await once(asked, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const [set = ""] = response.headers["set-cookie"] ?? [];
  return {
    status: response.statusCode,
    body: Buffer.concat(chunks).toString(),
    cookie: set.split(";")[0] ?? "",
  };
};

beforeAll(async () => {
  project = createProject({ agents: DUET });
  writeFileSync(join(project.folder, "outside.txt"), CANARY);
  marker = join(project.folder, "was-run");
  daemon = createDaemon(project, { daemonEnv: { TUTTI_TEST_CANARY: CANARY } });
  const link = await daemon.client.webLink();
  port = link.port;
  cookie = "";
  const code = link.url.split("#code=")[1];
  cookie = (await ask("/session", { method: "POST", body: JSON.stringify({ code }) })).cookie;
  run = await startRun(daemon.client, project);
  // The second approval is left open: there is a workspace, and nobody works.
  await conduct(daemon.client, run, (item) =>
    item.step === "approve-spec" ? proceed(item) : null,
  );
});

afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  project[Symbol.dispose]();
});

const NAMES = (): readonly string[] => [
  "../../../../outside.txt",
  "..%2f..%2foutside.txt",
  join(project.folder, "outside.txt"),
  "/proc/self/environ",
  "..\\..\\outside.txt",
  "\\\\127.0.0.1\\c$\\x",
  "spec.md\0.txt",
  ":(top)*",
  ".git/config",
  `--output=${marker}`,
  `--upload-pack=touch ${marker}`,
  `ext::sh -c "touch ${marker}"`,
  `$(touch ${marker})`,
  `\`touch ${marker}\``,
  `a; touch ${marker}`,
  `HEAD\ntouch ${marker}`,
  "HEAD@{upstream}",
  "a..b",
  "ｍain",
  "x".repeat(4097),
];

const reads = (name: string): readonly string[] => {
  const word = encodeURIComponent(name);
  return [
    `/runs/${word}`,
    `/runs/${run}/artifacts/${word}`,
    `/runs/${run}/diff?path=${word}`,
    `/runs/${run}/diff?from=${word}&to=${word}`,
    `/runs/${run}/blame?path=${word}`,
    `/runs?project=${word}&states=${word}&cursor=${word}`,
    `/sessions/${word}/transcript`,
    `/blobs/${word}`,
    `/project?path=${word}`,
    `/events?after=${word}`,
  ];
};

describe("A15, A16: paths and names that reach for more (CVE-2026-27735, CVE-2026-44244)", () => {
  it("control: the same routes answer what is there", async () => {
    const paths = [
      `/runs/${run}`,
      `/runs/${run}/artifacts/spec.md`,
      `/runs/${run}/diff`,
      `/project?path=${encodeURIComponent(project.root)}`,
    ];
    for (const path of paths) expect({ path, ...(await ask(path)) }).toMatchObject({ status: 200 });
  });

  it("none is read from outside, fails the daemon, or becomes a word of a command", async () => {
    for (const path of NAMES().flatMap(reads)) {
      const { status, body } = await ask(path);
      expect({ path, isRefused: status < 500 }).toEqual({ path, isRefused: true });
      expect(body).not.toContain(CANARY);
      expect(body).not.toContain("repositoryformatversion");
    }
    expect(existsSync(marker)).toBe(false);
  });

  it("none is taken for a branch, a workflow, a project or the name of a key", async () => {
    const task = { path: project.root, text: "Do it" };
    for (const name of NAMES()) {
      const wishes = [
        { ...task, base: name },
        { ...task, target: name },
        { ...task, workflow: name },
        { ...task, path: name },
      ];
      for (const wish of wishes) {
        const { status } = await ask("/runs", { method: "POST", body: JSON.stringify(wish) });
        expect({ wish, isRefused: status >= 400 && status < 500 }).toEqual({
          wish,
          isRefused: true,
        });
      }
      const put = { method: "PUT", body: "value", headers: { "content-type": "text/plain" } };
      const { status } = await ask(`/keys/${encodeURIComponent(name)}`, put);
      expect({ name, isRefused: status >= 400 && status < 500 }).toEqual({ name, isRefused: true });
    }
    expect(existsSync(marker)).toBe(false);
    expect((await daemon.client.runs()).items).toHaveLength(1);
  });
});

describe("A17: an approval that another site's page gives (CVE-2026-22812)", () => {
  it("is refused whatever it looks like, and given by the page itself", async () => {
    const [item] = await daemon.client.attention();
    const command = item === undefined ? null : proceed(item);
    const body = JSON.stringify(command);
    const path = `/runs/${run}/commands`;
    const foreign = [
      { origin: "http://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { origin: "http://evil.example", "content-type": "text/plain" },
    ];
    for (const headers of foreign)
      expect((await ask(path, { method: "POST", body, headers })).status).toBe(403);
    expect((await daemon.client.attention()).map(({ id }) => id)).toEqual([item?.id]);
    expect((await ask(path, { method: "POST", body })).status).toBe(200);
    expect((await daemon.client.attention()).map(({ id }) => id)).not.toContain(item?.id);
  });
});
