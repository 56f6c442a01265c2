import type { Author, EventOf, RunDocument } from "@tutti/protocol";
import { unreachable } from "../invariant.ts";
import { ANSWERS_REMEMBERED_MAX, PERMISSIONS_VOIDED_MAX } from "../limits.ts";
import { mergeAuthors } from "../lineage.ts";
import { withSeen } from "../seen.ts";
import type { Happened } from "./happened.ts";

/** Checkpoints of before there was a gateway name one family, as it was declared. */
const authorsOf = ({ authors, by, family }: EventOf<"checkpoint.created">): readonly Author[] =>
  authors ?? [{ name: by, family, lineage: family === "human" ? "human" : "declared", models: [] }];

/** Each candidate without something stands on the one before it; other work ends the row. */
const leftOutAfter = (
  { leftOut }: RunDocument,
  { leftOut: now, candidate, by, changed }: EventOf<"checkpoint.created">,
  at: number,
): RunDocument["leftOut"] => {
  if (now !== undefined) return [...leftOut, { ...now, candidate, by, at }];
  return changed.length === 0 ? leftOut : [];
};

const checkpoint = (
  state: RunDocument,
  body: EventOf<"checkpoint.created">,
  at: number,
): RunDocument => ({
  ...state,
  candidate: body.candidate,
  leftOut: leftOutAfter(state, body, at),
  ...(body.changed.length === 0
    ? {}
    : { authors: mergeAuthors(state.authors, authorsOf(body)), writers: [] }),
  changed: [...new Set([...state.changed, ...body.changed])].toSorted(),
  landing: null,
});

const restored = (state: RunDocument, body: EventOf<"candidate.restored">): RunDocument => ({
  ...state,
  candidate: body.candidate,
  leftOut: state.leftOut.slice(0, -1),
  landing: null,
});

const foldPermission = (
  state: RunDocument,
  body: EventOf<"permission.answered" | "permission.voided" | "permission.remembered">,
): RunDocument => {
  const isIt = ({ id }: { readonly id: string }): boolean => id === body.permission;
  const others = state.permissions.filter((permission) => !isIt(permission));
  switch (body.type) {
    case "permission.answered":
      return { ...state, permissions: others };
    case "permission.voided": {
      const voided = [...state.voided, ...state.permissions.filter(isIt)];
      return { ...state, permissions: others, voided: voided.slice(-PERMISSIONS_VOIDED_MAX) };
    }
    case "permission.remembered": {
      const remembered = [...state.remembered, body.remembered].slice(-ANSWERS_REMEMBERED_MAX);
      return { ...state, remembered, voided: state.voided.filter((one) => !isIt(one)) };
    }
    default:
      return unreachable(body);
  }
};

const foldDialogue = (state: RunDocument, { body, at }: Happened): RunDocument | null => {
  switch (body.type) {
    case "permission.asked": {
      const { type: _type, permission, ...asked } = body;
      return {
        ...state,
        permissions: [...state.permissions, { id: permission, ...asked, since: at }],
      };
    }
    case "permission.answered":
    case "permission.voided":
    case "permission.remembered":
      return foldPermission(state, body);
    case "comment.added":
      return {
        ...state,
        comments: [...state.comments, { by: body.by, on: body.on, text: body.text, at }],
      };
    case "change.seen":
      return { ...state, seen: withSeen(state, body) };
    case "approval.refused": {
      const { step, subject } = body;
      const approvals = state.approvals.filter(
        (given) => given.step !== step || given.subject !== subject,
      );
      return { ...state, approvals };
    }
    case "approval.given": {
      const { type: _type, ...given } = body;
      return { ...state, approvals: [...state.approvals, { ...given, at }] };
    }
    default:
      return null;
  }
};

const foldMerge = (state: RunDocument, { body, at }: Happened): RunDocument | null => {
  switch (body.type) {
    case "landing.prepared":
      return {
        ...state,
        landing: {
          tip: body.tip,
          landing: body.landing,
          candidate: body.candidate,
          overlap: body.overlap,
        },
        refusal: null,
      };
    case "merge.applied":
      return {
        ...state,
        merged: {
          commit: body.commit,
          target: body.target,
          to: body.to,
          workTree: body.workTree,
          at,
        },
        refusal: null,
      };
    case "merge.refused":
      return {
        ...state,
        refusal: { reason: body.reason, message: body.message, paths: body.paths, at },
      };
    default:
      return null;
  }
};

/** What steps produce: artifacts, checkpoints, checks, findings, answers, the landing. Null: not of this family. */
export const foldWork = (state: RunDocument, event: Happened): RunDocument | null => {
  const { body, at } = event;
  switch (body.type) {
    case "artifact.stored":
      return {
        ...state,
        artifacts: {
          ...state.artifacts,
          [body.artifact.name]: {
            artifact: body.artifact,
            data: body.data,
            step: body.step,
            by: body.by,
            at,
          },
        },
      };
    case "checkpoint.created":
      return checkpoint(state, body, at);
    case "candidate.restored":
      return restored(state, body);
    case "checks.ran": {
      const { type: _type, ...run } = body;
      return {
        ...state,
        checks: [
          ...state.checks.filter((kept) => kept.on !== body.on || kept.step !== body.step),
          { ...run, at },
        ],
      };
    }
    case "guard.allowed":
      return {
        ...state,
        allowed: [...state.allowed, { subject: body.subject, by: body.by, reason: body.reason }],
      };
    case "reviewers.chosen": {
      const { type: _type, ...choice } = body;
      return {
        ...state,
        reviews: [...state.reviews.filter((kept) => kept.step !== body.step), choice],
      };
    }
    case "degraded.accepted":
      return {
        ...state,
        degraded: [...state.degraded, { step: body.step, by: body.by, reason: body.reason }],
      };
    default:
      return foldDialogue(state, event) ?? foldMerge(state, event);
  }
};
