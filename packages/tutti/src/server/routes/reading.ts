/** What is read by its own name: transcripts and blobs; and the queue of what needs a person. */
import {
  type AttentionItem,
  BlobLook,
  imageMediaOf,
  MAX_TRANSCRIPT_PAGE,
  TuttiError,
} from "@tutti/protocol";
import type { Engine } from "../../engine/api.ts";
import { familiesOf } from "../../domain/board.ts";
import { hashParameter, numberQuery, sessionParameter } from "../request.ts";
import type { App, Service } from "./context.ts";

const DEFAULT_TRANSCRIPT_PAGE = 200;
const MAX_POSITION = 1_000_000_000;

export function addReadingRoutes(app: App, { engine }: Service): void {
  app.get("/sessions/:session/transcript", (context) => {
    const session = sessionParameter(context);
    const bounds = { min: -MAX_POSITION, max: MAX_POSITION };
    const from = numberQuery(context, "from", { fallback: 0, ...bounds });
    const limit = numberQuery(context, "limit", {
      fallback: DEFAULT_TRANSCRIPT_PAGE,
      min: 1,
      max: MAX_TRANSCRIPT_PAGE,
    });
    return context.json(engine.transcript(session, from, limit));
  });

  app.get("/blobs/:hash", async (context) => {
    const hash = hashParameter(context);
    const bytes = await engine.blob(hash);
    if (bytes === null) throw new TuttiError("blob.unknown", `There is no blob ${hash}.`);
    return context.body(new Uint8Array(bytes), 200, {
      ...lookOf(bytes, { hash, as: context.req.query("as") }),
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": "private, max-age=31536000, immutable",
    });
  });

  app.get("/attention", (context) => {
    const { run } = context.req.query();
    const items = engine.attention().filter((item) => run === undefined || item.run === run);
    return context.json({ items: items.map((item) => ({ ...item, ...aboutOf(engine, item) })) });
  });
}

/** What its run is, so that a queue is shown without reading each of them. */
function aboutOf(
  engine: Pick<Engine, "document">,
  { run }: AttentionItem,
): Pick<AttentionItem, "about"> {
  const document = engine.document(run);
  if (document === null) return {};
  const { authors, reviewers } = familiesOf(document);
  return { about: { title: document.task.title, authors, reviewers } };
}

type Look = { readonly hash: string; readonly as: string | undefined };

/** Agents and programs wrote these bytes: a browser shows them as plain text or as pixels, or keeps them. */
function lookOf(bytes: Uint8Array, { hash, as }: Look): Readonly<Record<string, string>> {
  if (as === undefined)
    return {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${hash}"`,
    };
  const look = BlobLook.safeParse(as);
  if (!look.success) throw new TuttiError("usage", '"as" is text or image.');
  if (look.data === "text")
    return {
      "content-type": "text/plain; charset=utf-8",
      "content-disposition": `inline; filename="${hash}.txt"`,
    };
  const media = imageMediaOf(bytes);
  if (media === null) throw new TuttiError("usage", `The blob ${hash} is no picture.`);
  return { "content-type": media };
}
