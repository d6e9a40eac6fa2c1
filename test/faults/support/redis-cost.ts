import type { WatchedStack } from './upstream-stack.ts';

const FIRST_ASKED_AT_ONCE = 8;
const ASKED_LATER = 31;

/** What a badge cost, in milliseconds, that needs the shared store. */
export interface Cost {
  /** The slowest of those asked for at once, so many that each node has some. */
  readonly firstMs: number;
  /** The median of those asked for after that, one by one. */
  readonly laterMs: number;
}

/** Asks for badges of projects that nobody has asked for before; rejects where one is not as while all is well. */
export async function costOf(
  watched: WatchedStack,
  newProject: () => string,
  askedLater = ASKED_LATER,
): Promise<Cost> {
  const askMs = async (): Promise<number> => {
    const project = newProject();
    const { verdict, ms } = await watched.ask(`/version/${project}/badge.svg`);
    if (verdict !== 'ok') throw new Error(`${project}: ${verdict}`);
    return ms;
  };
  const first = await Promise.all(Array.from({ length: FIRST_ASKED_AT_ONCE }, askMs));
  const later: number[] = [];
  for (let asked = 0; asked < askedLater; asked += 1) later.push(await askMs());
  const median = later.toSorted((one, other) => one - other)[Math.floor(askedLater / 2)] ?? 0;
  return { firstMs: Math.round(Math.max(...first)), laterMs: Math.round(median * 10) / 10 };
}
