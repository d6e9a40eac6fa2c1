// Fails if package-lock.json contains a package without a pinned digest or with an install script.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Paths of packages that may lack a digest, with the reason; none so far. */
const PERMITTED: ReadonlyMap<string, string> = new Map();

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      hasInstallScript: z.boolean().default(false),
    }),
  ),
});

/** Returns the faults of a lock file, one line each. Throws if the text is invalid. */
export function findLockFaults(text: string, permitted = PERMITTED): string[] {
  const { '': _ourselves, ...packages } = lockSchema.parse(JSON.parse(text)).packages;
  const unused = [...permitted.keys()].filter((path) => packages[path]?.integrity !== undefined);
  const faults = unused.map((path) => `${path}: is permitted without integrity, and has one`);
  for (const [path, { integrity, resolved, hasInstallScript }] of Object.entries(packages)) {
    const isPinned = integrity?.startsWith('sha512-') === true || permitted.has(path);
    if (!isPinned) faults.push(`${path}: no sha512`);
    if (resolved !== undefined) faults.push(`${path}: not from the registry, but ${resolved}`);
    if (hasInstallScript) faults.push(`${path}: its install script does not run (.npmrc)`);
  }
  return faults;
}

if (import.meta.main) {
  const faults = findLockFaults(
    readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
  );
  for (const fault of faults) console.error(fault);
  process.exit(faults.length === 0 ? 0 : 1);
}
