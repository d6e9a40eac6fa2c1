// A plugin of oxlint: regular expressions in product code are linear, and literals, so that they can be judged.
import { judgeRegexSync } from './judge-regex.ts';

/** The parts of an ESTree node that the rule reads. */
interface Node {
  readonly type: string;
  readonly name?: string;
  readonly regex?: { readonly pattern: string; readonly flags: string };
}

interface Context {
  readonly report: (fault: { readonly node: Node; readonly message: string }) => void;
}

function createRule() {
  /** Flags and source of an expression → its fault. */
  const judgments = new Map<string, string | undefined>();

  function judge(source: string, flags: string): string | undefined {
    const key = `${flags}/${source}`;
    if (!judgments.has(key)) judgments.set(key, judgeRegexSync(source, flags));
    return judgments.get(key);
  }

  function create({ report }: Context) {
    function checkLiteral(node: Node): void {
      if (node.regex === undefined) return;
      const fault = judge(node.regex.pattern, node.regex.flags);
      if (fault !== undefined) report({ node, message: `This expression ${fault}.` });
    }

    function checkCall(node: Node & { readonly callee: Node }): void {
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'RegExp') return;
      report({ node, message: 'Only a literal can be judged: write the expression as a literal.' });
    }

    return { Literal: checkLiteral, NewExpression: checkCall, CallExpression: checkCall };
  }

  return { create };
}

export default { meta: { name: 'pypins' }, rules: { 'linear-regexes': createRule() } };
