import { downloads, downloadsDaily, downloadsMonthly, downloadsWeekly } from './downloads.ts';
import { egg, format, wheel } from './files.ts';
import { frameworks } from './frameworks.ts';
import { implementation } from './implementation.ts';
import type { Dialect, Kind } from './kind.ts';
import { license } from './license.ts';
import { pythonVersions } from './python-versions.ts';
import { requires } from './requires.ts';
import { status } from './status.ts';
import { types } from './types.ts';
import { furyVersion, version } from './version.ts';

/** Every kind of badge. A new one is a file beside this one and a line here. */
export const KINDS: readonly Kind[] = [
  version,
  furyVersion,
  downloads,
  downloadsDaily,
  downloadsWeekly,
  downloadsMonthly,
  license,
  pythonVersions,
  implementation,
  status,
  wheel,
  egg,
  format,
  types,
  requires,
  ...frameworks,
];

const BY_NAME: Readonly<Record<Dialect, ReadonlyMap<string, Kind>>> = {
  pypip: new Map(KINDS.flatMap((kind) => kind.pypip.map((name) => [name, kind]))),
  shields: new Map(KINDS.flatMap((kind) => kind.shields.map((name) => [name, kind]))),
  // badge.fury.io's URLs name no kind: all of them are the version.
  fury: new Map([['version', furyVersion]]),
};

/** Returns the kind that `name` means in the dialect's URLs, or undefined. Names have a case, and may have a slash. */
export function findKind(dialect: Dialect, name: string): Kind | undefined {
  return BY_NAME[dialect].get(name);
}
