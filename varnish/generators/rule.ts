/** What is behind a parameter: the next one, or the end. `NEXT` only looks. */
export const END = '(?:&|$)';
export const NEXT = '(?=&|$)';

/** Returns a sub of VCL with these lines. */
export function sub(name: string, lines: readonly string[]): string {
  return `sub ${name} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

/** Returns a sub that removes from the variable "query" all of `drops`, where it contains `finds`. */
export function rule(name: string, finds: string, drops: string): string {
  return sub(name, remove(finds, drops));
}

/** Returns the lines that do so; only for paths that match, where `path` is given. */
export function remove(finds: string, drops: string, path?: string): string[] {
  const isPath = path === undefined ? '' : ` && req.url ${path}`;
  return [
    `if (var.get("query") ~ "${finds}"${isPath}) {`,
    `  var.set("query", regsuball(var.get("query"), "${drops}", ""));`,
    '}',
  ];
}
