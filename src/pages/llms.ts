import type { Served } from '../badges/catalog.ts';
import { livePaths, URL_FORMS } from './reference.ts';

/** Returns `/llms.txt` (llmstxt.org): how to write badges, for programs that read Markdown. */
export function renderLlms(served: Served): string {
  const forms = URL_FORMS.map(
    ({ form, service, example }) => `- \`${form}\` (as at ${service}), such as \`${example}\``,
  );
  const kinds = served.kinds.map((kind) => {
    const paths = livePaths(kind).map((path) => `\`${path}\``);
    return `- ${kind.title ?? kind.label}: ${kind.about}. ${paths.join(', ')}`;
  });
  const parameters = served.parameters.map(({ name, about, values }) => {
    const choices =
      values === undefined ? '' : ` (${values.map((value) => `\`${value}\``).join(', ')})`;
    return `- \`${name}\`: ${about}${choices}`;
  });
  return `# pypins

> Badge images about Python packages on PyPI. A badge is a URL on this host; the URLs of shields.io, badgen.net,
> badge.fury.io and pypip.in work here after a change of the host.

Replace \`requests\` with the project's name. \`.json\` instead of \`.svg\` gives label, message and color as data.
A badge in Markdown: \`[![PyPI version](https://HOST/pypi/v/PROJECT)](https://pypi.org/project/PROJECT/)\`

## URLs

${forms.join('\n')}

## Kinds

${kinds.join('\n')}

## Parameters

${parameters.join('\n')}

## More

- [OpenAPI](/openapi.json): all of this as an OpenAPI 3.1 document
- [Documentation](/docs): with live examples
- [Find badges](/): a page that converts URLs and READMEs
- [Status](/status.json): the state of this service as JSON
`;
}
