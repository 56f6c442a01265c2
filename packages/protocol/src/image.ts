/** Pictures that are shown: four kinds of pixels, told by their first bytes and never by what anybody says of them. */
import { z } from "zod";

/** No SVG: it is a document that can hold more than a picture. */
export const ImageMedia = z.enum(["image/png", "image/jpeg", "image/gif", "image/webp"]);
export type ImageMedia = z.infer<typeof ImageMedia>;

/** Largest picture of an agent that is kept. */
export const IMAGE_MAX_BYTES = 2 * 1024 * 1024;

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];
const GIF = [0x47, 0x49, 0x46, 0x38];
const RIFF = [0x52, 0x49, 0x46, 0x46];
const WEBP = [0x57, 0x45, 0x42, 0x50];
const WEBP_AT = 8;

/** Null for what is none of them. */
export function imageMediaOf(bytes: Uint8Array): ImageMedia | null {
  const begins = (sign: readonly number[], at = 0): boolean =>
    sign.every((byte, index) => bytes[at + index] === byte);
  if (begins(PNG)) return "image/png";
  if (begins(JPEG)) return "image/jpeg";
  if (begins(GIF)) return "image/gif";
  return begins(RIFF) && begins(WEBP, WEBP_AT) ? "image/webp" : null;
}

/** How a blob is given to a browser: as plain text, or as a picture. */
export const BlobLook = z.enum(["text", "image"]);
export type BlobLook = z.infer<typeof BlobLook>;
