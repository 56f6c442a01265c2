/** What a board shows of a run, as JSON; null for one whose last commit was made before. */
export const board = `
ALTER TABLE runs ADD COLUMN board TEXT;
`;
