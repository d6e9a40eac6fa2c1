/** The part of fontkit 2 that pypins uses; the package ships no types. */
declare module 'fontkit' {
  interface Font {
    readonly unitsPerEm: number;
    hasGlyphForCodePoint(codePoint: number): boolean;
    layout(text: string, features?: Record<string, boolean>): { readonly advanceWidth: number };
  }
  export function open(file: string): Promise<Font>;
}
