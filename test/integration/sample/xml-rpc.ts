import { ask, type Reply } from './ask.ts';

/** One row of the changelog: name, release, seconds since 1970, action, serial. */
type Row = [name: string, release: string | null, at: number, action: string, serial: number];

/** Calls a method with integers; the answer as it came. */
export function call(origin: string, method: string, args: readonly number[] = []): Promise<Reply> {
  const params = args.map((arg) => `<param><value><int>${arg}</int></value></param>`).join('');
  const body = `<?xml version='1.0'?><methodCall><methodName>${method}</methodName><params>${params}</params></methodCall>`;
  return ask(`${origin}/pypi`, { 'content-type': 'text/xml' }, 'POST', body);
}

/** The rows that `changelog_since_serial` gives. */
export async function changelog(origin: string, since: number): Promise<Row[]> {
  const values = valuesOf((await call(origin, 'changelog_since_serial', [since])).text);
  return Array.from({ length: values.length / 5 }, (_, row) => {
    const [name, release, at, action, serial] = values.slice(5 * row, 5 * row + 5);
    return [String(name), release ?? null, Number(at), String(action), Number(serial)];
  });
}

/** NaN where there is a fault. */
export async function lastSerial(origin: string): Promise<number> {
  return Number(valuesOf((await call(origin, 'changelog_last_serial')).text)[0]);
}

/** The titles of what `/rss/updates.xml` lists. */
export async function titles(origin: string): Promise<string[]> {
  const { text } = await ask(`${origin}/rss/updates.xml`);
  return Array.from(text.matchAll(/<item>\s*<title>([^<]*)/g), ([, title = '']) => title);
}

/** The strings, integers and nulls of an answer, in its order. */
function valuesOf(text: string): (string | undefined)[] {
  return Array.from(
    text.matchAll(/<value><(?:string>([^<]*)|int>(\d+)|nil\/>)/g),
    ([, string, integer]) => string ?? integer,
  );
}
