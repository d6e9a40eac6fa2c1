import { ENDPOINTS } from './answers.ts';

const PATHS = ENDPOINTS.map(
  (each) => `<li><code>/api/packages/&lt;package&gt;/${each}</code></li>`,
);

/** The page at `/api/`. */
export const API_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>pypins: API of download counts</title>
<h1>Download counts</h1>
<p>The JSON API of <a href="https://pypistats.org/api/">pypistats.org</a>, with its parameters:</p>
<ul>
${PATHS.join('\n')}
</ul>
<p><code>python_major</code>, <code>python_minor</code> and <code>system</code> count mirrors, too.</p>
<h2 id="etiquette">Etiquette</h2>
<p>Counts change once a day. An address may send 5 requests a second and 30 a minute for what is not in the cache.</p>
</html>
`;
