/** Where a browser finds a blob, as plain text or as pixels. */
export const blobAddress = (hash: string, as: "image" | "text"): string =>
  `/api/v1/blobs/${encodeURIComponent(hash)}?as=${as}`;
