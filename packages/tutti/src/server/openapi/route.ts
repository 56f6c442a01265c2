/** One route as the description of the interface tells it. */
import { z } from "zod";
import type { AnswerName, BodyName } from "./schemas.ts";

export type Route = {
  readonly method: "get" | "post" | "put" | "delete";
  /** As the server has it, with `:name` for a parameter. */
  readonly path: string;
  readonly summary: string;
  readonly query?: Readonly<Record<string, z.ZodType>>;
  /** `text`: plain UTF-8. */
  readonly body?: BodyName | "text";
  readonly answer: AnswerName | "bytes" | "document" | "events" | "text";
  /** Default: 200. */
  readonly status?: 201 | 202;
};

export const wholeNumber = (min: number, max: number) => z.number().int().min(min).max(max);
export const text = z.string();
