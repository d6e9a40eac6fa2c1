/** The part of css-color-converter 2 that pypins uses; the package ships no types. */
declare module 'css-color-converter' {
  /** Parses a CSS color; returns null for other texts, but throws for names such as `constructor`. */
  export function fromString(text: string): { toHexString: () => string } | null;
}
