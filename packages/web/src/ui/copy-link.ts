/** Copies an address of this page, so that it can be given to somebody or kept. */
import { toast } from "sonner";

/** `what`: what the address leads to, in words. `address`: from the root of this page. */
export async function copyLink(what: string, address: string): Promise<void> {
  const link = new URL(address, location.origin).href;
  try {
    await navigator.clipboard.writeText(link);
    toast.success(`The link to ${what} is copied.`);
  } catch {
    // The browser may refuse it: the link is then there to be copied by hand.
    toast.error("The browser did not let the link be copied.", { description: link });
  }
}

/** The address holds all of the view, with the place that is marked. */
export const copyLinkHere = (): Promise<void> =>
  copyLink("what is shown here", `${location.pathname}${location.search}`);
