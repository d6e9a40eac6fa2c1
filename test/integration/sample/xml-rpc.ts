import { ask, type Reply } from './ask.ts';

/** One row of the changelog: name, release, seconds since 1970, action, serial. */
type Row = [name: string, release: string | null, at: number, action: string, serial: number];

/** Calls a method with integers; returns the raw response. */
export function call(origin: string, method: string, args: readonly number[] = []): Promise<Reply> {
  const params = args.map((arg) => `<param><value><int>${arg}</int></value></param>`).join('');
  const body = `<?xml version='1.0'?><methodCall><methodName>${method}</methodName><params>${params}</params></methodCall>`;
  return ask(`${origin}/pypi`, { 'content-type': 'text/xml' }, 'POST', body);
}

/** Returns the rows of `changelog_since_serial`. */
export async function changelog(origin: string, since: number): Promise<Row[]> {
  const values = valuesOf((await call(origin, 'changelog_since_serial', [since])).text);
  return Array.from({ length: values.length / 5 }, (_, row) => {
    const [name, release, at, action, serial] = values.slice(5 * row, 5 * row + 5);
    return [String(name), release ?? null, Number(at), String(action), Number(serial)];
  });
}

/** Returns NaN for a fault. */
export async function lastSerial(origin: string): Promise<number> {
  return Number(valuesOf((await call(origin, 'changelog_last_serial')).text)[0]);
}

/** Returns the titles in `/rss/updates.xml`. */
export async function titles(origin: string): Promise<string[]> {
  const { text } = await ask(`${origin}/rss/updates.xml`);
  return Array.from(text.matchAll(/<item>\s*<title>([^<]*)/g), ([, title = '']) => title);
}

/** Returns the strings, integers and nulls of a response, in order. */
function valuesOf(text: string): (string | undefined)[] {
  return Array.from(
    text.matchAll(/<value><(?:string>([^<]*)|int>(\d+)|nil\/>)/g),
    ([, string, integer]) => string ?? integer,
  );
}
