/** What the listener keeps in files, when nothing can be written any more. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Access, openAccess } from "../../../src/server/web/access.ts";
import { openStage, ownPage } from "./stage.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tutti-access-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Where the file is, nothing can be made: its folder is no folder. */
const obstruct = (): { readonly end: () => void } => {
  renameSync(folder, `${folder}-away`);
  writeFileSync(folder, "");
  return {
    end: () => {
      rmSync(folder);
      renameSync(`${folder}-away`, folder);
    },
  };
};

const clock = { now: 1_700_000_000_000 };
const open = (): Access => openAccess({ file: join(folder, "access.json"), now: () => clock.now });
const signIn = (access: Access): string => access.exchange(access.createCode().code) ?? "";

describe("sessions and tokens that cannot be written", () => {
  it("a person signs in and out all the same, and both are written once there is room", () => {
    const access = open();
    const first = signIn(access);
    const gone: string[] = [];
    access.onGone((id) => gone.push(id));
    const disk = obstruct();
    const second = signIn(access);
    const id = access.bySession(first)?.id ?? "";
    access.endSession(id);
    expect(gone).toEqual([id]);
    access.sweep();
    expect([access.bySession(first), access.bySession(second)?.via]).toEqual([null, "session"]);
    disk.end();
    access.sweep();
    const later = open();
    expect([later.bySession(first), later.bySession(second)?.via]).toEqual([null, "session"]);
  });

  it("a use is no reason to refuse who asks", () => {
    const access = open();
    const secret = signIn(access);
    const { token } = access.createToken({ name: "ci", days: 1 });
    const disk = obstruct();
    clock.now += 10 * 60_000;
    expect([access.bySession(secret)?.via, access.byToken(token)?.via]).toEqual([
      "session",
      "token",
    ]);
    disk.end();
  });

  it("a token that is taken back ends at once; that it is not written yet is told, again and again", () => {
    const access = open();
    const { id, token } = access.createToken({ name: "ci", days: 1 });
    const gone: string[] = [];
    access.onGone((one) => gone.push(one));
    const disk = obstruct();
    expect(() => access.removeToken(id)).toThrow("ENOTDIR");
    expect(() => access.removeToken(id)).toThrow("ENOTDIR");
    expect([gone, access.byToken(token)]).toEqual([[id], null]);
    disk.end();
    expect(access.removeToken(id)).toBe(true);
    expect(access.removeToken(id)).toBe(false);
    expect(open().byToken(token)).toBeNull();
  });

  it("a token that could not be written is none", () => {
    const access = open();
    const disk = obstruct();
    expect(() => access.createToken({ name: "ci", days: 1 })).toThrow("ENOTDIR");
    disk.end();
    expect(access.tokens()).toEqual([]);
  });
});

it("with files that cannot be written people sign in and out, and the daemon lives", async () => {
  await using stage = await openStage();
  for (const name of ["access.json", "web.json"]) {
    rmSync(join(stage.folder, name), { force: true });
    mkdirSync(join(stage.folder, name)); // no file takes the place of a folder
  }
  const link = await stage.own("/web/links");
  const code = String(link["url"]).split("#code=")[1];
  const body = JSON.stringify({ code });
  const signedIn = await stage.ask("POST /api/v1/session", { ...ownPage(stage), cookie: "" }, body);
  expect(signedIn?.status).toBe(201);
  expect((await stage.ask("DELETE /api/v1/session", ownPage(stage)))?.status).toBe(200);
  expect((await stage.ask("GET /api/v1/runs", ownPage(stage)))?.status).toBe(401);
  const cookie = signedIn?.headers["set-cookie"]?.split(";")[0] ?? "";
  const other = { ...ownPage(stage), cookie };
  expect((await stage.ask("GET /api/v1/runs", other))?.status).toBe(200);
});
