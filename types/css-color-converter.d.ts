/** The part of css-color-converter 2 that pypins uses; the package has no types of its own. */
declare module 'css-color-converter' {
  /** Parses a CSS color; null when it is none. Throws for names that every object has, such as `constructor`. */
  export function fromString(text: string): { toHexString: () => string } | null;
}
