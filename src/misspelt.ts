/** A name that is this short may be another program's. */
const MIN_LENGTH = 5;
const LONG = 8;

/** Variables that are probably meant to be settings, and the settings: those that differ by a letter, long ones by two. */
export function findMisspelt(
  variables: readonly string[],
  settings: readonly string[],
): { readonly variable: string; readonly setting: string }[] {
  const known = new Set(settings);
  return variables
    .filter((variable) => variable.length >= MIN_LENGTH && !known.has(variable))
    .flatMap((variable) => {
      const most = variable.length < LONG ? 1 : 2;
      const setting = settings.find((name) => distance(variable.toUpperCase(), name, most) <= most);
      return setting === undefined ? [] : [{ variable, setting }];
    });
}

/** Returns how many letters are changed, added or removed (Levenshtein); more than `most` may be any such number. */
function distance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [line, letter] of Array.from(one).entries()) {
    const next = [line + 1];
    for (let column = 1; column <= other.length; column += 1) {
      const changed = (row[column - 1] ?? 0) + Number(letter !== other[column - 1]);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
