/** The built command center, from one folder and from nowhere else. */
import { createReadStream, realpathSync, statSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";
import { pipeline } from "node:stream/promises";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".wasm": "application/wasm",
  ".txt": "text/plain; charset=utf-8",
};

const NOT_BUILT =
  "<!doctype html><html lang=en><title>Tutti</title><p>The command center is not built. In the checkout of Tutti, run <code>npm run build:web</code> and reload.</p>";

type Found = { readonly path: string; readonly size: number; readonly tag: string };

export type Asked = {
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  /** `If-None-Match`. */
  readonly known: string | undefined;
};

/** Addresses of screens have no ending; all of them are the one page. */
export async function sendFile(
  response: ServerResponse,
  folder: string,
  { method, path, known }: Asked,
): Promise<void> {
  const name = fileNameOf(path);
  if (name === null) return end(response, 404, "There is no such file.\n");
  const found = lookUp(folder, name);
  if (found === null && name === "index.html") {
    response.setHeader("content-type", "text/html; charset=utf-8");
    return end(response, 503, NOT_BUILT);
  }
  if (found === null) return end(response, 404, "There is no such file.\n");
  const isForEver = name.startsWith("assets/");
  response.setHeader("cache-control", isForEver ? "max-age=31536000, immutable" : "no-cache");
  response.setHeader("etag", found.tag);
  response.setHeader("content-type", TYPES[extname(name)] ?? "application/octet-stream");
  if (known === found.tag) return end(response, 304, "");
  response.setHeader("content-length", found.size);
  response.writeHead(200);
  if (method === "HEAD") return void response.end();
  // A reader that leaves in the middle is no error of anybody.
  await pipeline(createReadStream(found.path), response).catch(() => undefined);
}

function end(response: ServerResponse, status: number, text: string): void {
  if (!response.hasHeader("content-type"))
    response.setHeader("content-type", "text/plain; charset=utf-8");
  response.writeHead(status);
  response.end(text);
}

/** Decoded once; null for what is no name of a file here. */
function fileNameOf(path: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null; // a broken escape names nothing
  }
  const parts = decoded.slice(1).split("/");
  const isPlain = parts.every((part) => /^[\w.@~:[\] +-]*$/u.test(part) && !part.startsWith(".."));
  if (!isPlain || parts.some((part) => part.startsWith("."))) return null;
  return extname(decoded) === "" || !isAsset(decoded) ? "index.html" : decoded.slice(1);
}

const isAsset = (path: string): boolean =>
  path.startsWith("/assets/") || Object.hasOwn(TYPES, extname(path));

function lookUp(folder: string, name: string): Found | null {
  try {
    const root = realpathSync(folder);
    const path = join(root, name);
    // No link is followed, not even one that stays inside: what is built has none.
    if (realpathSync(path) !== path || !path.startsWith(root + sep)) return null;
    const stat = statSync(path);
    if (!stat.isFile()) return null;
    return { path, size: stat.size, tag: `"${stat.size}-${Math.round(stat.mtimeMs)}"` };
  } catch {
    return null; // not there
  }
}
