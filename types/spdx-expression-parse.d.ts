/** What pypins uses of spdx-expression-parse 5, which ships no types. */
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

  /** Throws on whatever is not an SPDX expression of known identifiers; overflows the stack on deep nesting. */
  function parse(source: string): Expression;

  export = parse;
}
