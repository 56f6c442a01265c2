/** A description that is not started yet outlives a reload of the page. */
const KEY = "tutti.new-task";

export const keptText = {
  get: (): string => sessionStorage.getItem(KEY) ?? "",
  set: (text: string): void => {
    try {
      if (text === "") sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, text);
    } catch {
      // More than the browser keeps: it lives as long as the page.
    }
  },
};
