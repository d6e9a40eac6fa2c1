import { explain, gt } from '@renovatebot/pep440';

/** Final releases without epoch, most of all versions, are read without the library, which takes ten times as long. */
const PLAIN = /^\d{1,15}(?:\.\d{1,15})*$/;

/** A version, read once. */
export interface ReadVersion {
  readonly text: string;
  /** The same for versions that are equal by PEP 440 (`1.0`, `1.0.0`). Any other text is its own key. */
  readonly key: string;
  readonly isPep440: boolean;
  readonly isPreRelease: boolean;
  readonly epoch: number;
  /** The release segment without zeros at its end. */
  readonly release: readonly number[];
}

/** Reads a version by PEP 440, or any other text. */
export function readVersion(text: string): ReadVersion {
  if (PLAIN.test(text)) {
    const release = withoutZeros(text.split('.').map(Number));
    return { text, key: release.join('.'), ...FINAL, release };
  }
  const parsed = explain(text);
  if (parsed === null) return { text, key: `"${text}"`, ...FINAL, isPep440: false, release: [] };
  const { epoch, pre, post, dev, local, is_prerelease: isPreRelease } = parsed;
  const release = withoutZeros(parsed.release);
  const isPlain = epoch === 0 && pre === null && post === null && dev === null && local === null;
  const rest = isPlain ? '' : JSON.stringify([epoch, pre, post, dev, local]);
  return { text, key: release.join('.') + rest, isPep440: true, isPreRelease, epoch, release };
}

const FINAL = { isPep440: true, isPreRelease: false, epoch: 0 } as const;

function withoutZeros(release: readonly number[]): number[] {
  return release.slice(0, release.findLastIndex((number) => number !== 0) + 1);
}

/** Whether a version is higher than another by PEP 440. Of texts that are no versions, an index lists the later one last. */
export function isHigher(one: ReadVersion, other: ReadVersion): boolean {
  if (!one.isPep440 || !other.isPep440) return true;
  if (one.epoch !== other.epoch) return one.epoch > other.epoch;
  const length = Math.max(one.release.length, other.release.length);
  for (let at = 0; at < length; at += 1) {
    const difference = (one.release[at] ?? 0) - (other.release[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return gt(one.text, other.text);
}
