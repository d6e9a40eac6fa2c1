/** The part of spdx-expression-parse 5 that pypins uses; the package ships no types. */
declare module 'spdx-expression-parse' {
  interface License {
    readonly license: string;
    readonly plus?: true;
    readonly exception?: string;
  }

  interface Conjunction {
    readonly left: Expression;
    readonly conjunction: 'and' | 'or';
    readonly right: Expression;
  }

  type Expression = License | Conjunction;

  /** Throws unless the text is an SPDX expression of known identifiers; overflows the stack on deep nesting. */
  function parse(source: string): Expression;

  export = parse;
}
