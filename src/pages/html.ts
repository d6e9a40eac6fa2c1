import { escapeHtml } from '../../page/shared/snippets.js';

/** HTML that is written as it is; any other text is escaped. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Html | readonly Html[] | false | undefined;

/** Template for HTML. Texts are escaped; `false` and undefined write nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const parts = strings.flatMap((string, i) =>
    i === 0 ? [string] : [write(values[i - 1]), string],
  );
  return new Html(parts.join(''));
}

function write(value: Value): string {
  if (value === false || value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('\n');
  return escapeHtml(`${value}`);
}

/** Returns text with `code` in backticks and [links](url) as HTML, as the catalog's descriptions have them. */
export function inline(text: string): Html {
  const parts = text.split(/(`[^`]+`|\[[^[\]]+\]\([^()\s]+\))/).map((part) => {
    if (part.startsWith('`')) return html`<code>${part.slice(1, -1)}</code>`;
    const link = /^\[([^[\]]+)\]\((https:[^()\s]+)\)$/.exec(part);
    return link === null ? html`${part}` : html`<a href="${link[2]}">${link[1]}</a>`;
  });
  return new Html(parts.map((part) => part.text).join(''));
}

/** Returns data for a script; nothing in it can end the element. */
export function jsonFor(data: unknown): Html {
  return new Html(JSON.stringify(data).replaceAll('<', String.raw`\u003c`));
}
