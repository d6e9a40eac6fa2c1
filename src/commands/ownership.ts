import { lchownSync, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT_USER = 0;

/**
 * When this process ends, gives what root has created in the directory to the directory's owner: the service runs as
 * another user, who could not write it. Does nothing for other users, or in a directory of root's.
 */
export function giveToOwnerAtExit(directory: string): void {
  if (process.getuid?.() !== ROOT_USER) return;
  const owner = statSync(directory, { throwIfNoEntry: false });
  if (owner === undefined || owner.uid === ROOT_USER) return;
  process.once('exit', () => giveTo(owner, directory));
}

/** Never throws: a file may go meanwhile. */
function giveTo(owner: Stats, directory: string): void {
  try {
    for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
      const path = join(directory, name);
      const isRoots = lstatSync(path, { throwIfNoEntry: false })?.uid === ROOT_USER;
      if (isRoots) lchownSync(path, owner.uid, owner.gid);
    }
  } catch {
    // The next command gives the rest.
  }
}
