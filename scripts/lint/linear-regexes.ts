// A plugin of oxlint: a regular expression that meets what others wrote is linear, and is written so that this can be judged.
import { judgeRegexSync } from './judge-regex.ts';

/** What the rule reads of a node, in the form that ESLint gave it. */
interface Node {
  readonly type: string;
  readonly name?: string;
  readonly regex?: { readonly pattern: string; readonly flags: string };
}

interface Context {
  readonly report: (fault: { readonly node: Node; readonly message: string }) => void;
}

function createRule() {
  /** By flags and source; as many as there are expressions in the code. */
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
      report({ node, message: 'Only a literal can be judged: write the expression as one.' });
    }

    return { Literal: checkLiteral, NewExpression: checkCall, CallExpression: checkCall };
  }

  return { create };
}

export default { meta: { name: 'pypins' }, rules: { 'linear-regexes': createRule() } };
