import type { Answer } from '../exchange.ts';
import type { Changelog } from './journal.ts';
import { answerFault, answerValue, type XmlRpcCall, type XmlRpcValue } from './xml-rpc.ts';

interface Method {
  readonly parameters: readonly string[];
  readonly run: (changelog: Changelog, args: readonly number[]) => XmlRpcValue;
}

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['changelog_last_serial', { parameters: [], run: (changelog) => changelog.lastSerial }],
  [
    'changelog_since_serial',
    {
      parameters: ['serial'],
      run: (changelog, [serial = 0]) =>
        changelog
          .since(serial)
          .map((row) => [
            row.name,
            row.version,
            Math.floor(row.atMs / 1000),
            row.action,
            row.serial,
          ]),
    },
  ],
]);

const INSTEAD = 'Use JSON or Simple API instead.';
/** What PyPI's CDN says of the methods that it answers itself; of `release_urls` it speaks as of another. */
const REMOVED: ReadonlyMap<string, string> = new Map([
  [
    'search',
    "PyPI no longer supports 'pip search' (or XML-RPC search). Please use https://pypi.org/search (via a browser) instead.",
  ],
  ['list_packages', `PyPI no longer supports the XMLRPC list_packages method. ${INSTEAD}`],
  ['package_releases', `PyPI no longer supports the XMLRPC package_releases method. ${INSTEAD}`],
  ['release_urls', `PyPI no longer supports the XMLRPC package_releases method. ${INSTEAD}`],
  ['release_data', `PyPI no longer supports the XMLRPC release_data method. ${INSTEAD}`],
]);

/** Whether PyPI itself answers the method, and counts the call. */
export function isCounted(call: XmlRpcCall | undefined): boolean {
  return call !== undefined && METHODS.has(call.method);
}

/** What PyPI answers to a call; undefined stands for one that could not be read. */
export function answerCall(call: XmlRpcCall | undefined, changelog: Changelog): Answer {
  if (!call) return answerFault(-32_700, 'parse error; not well formed');
  const removed = REMOVED.get(call.method);
  if (removed !== undefined) return removedMethod(removed);
  const method = METHODS.get(call.method);
  if (!method) return answerFault(-32_601, 'server error; requested method not found');
  const fault = faultOf(method, call.args);
  if (fault !== undefined) return answerFault(-32_602, `client error; ${fault}`);
  return answerValue(
    method.run(
      changelog,
      call.args.filter((arg) => arg !== undefined),
    ),
  );
}

/** What is wrong with the arguments, in Pydantic's words. */
function faultOf({ parameters }: Method, args: XmlRpcCall['args']): string | undefined {
  const faults = parameters.flatMap((name, position) => {
    if (position >= args.length) return [`${name}: Missing required argument`];
    return args[position] === undefined ? [`${name}: Input should be a valid integer`] : [];
  });
  // The request is the first argument of them all.
  const excess = args
    .slice(parameters.length)
    .map((_, position) => `${parameters.length + position + 1}: Unexpected positional argument`);
  return faults.length + excess.length > 0 ? [...faults, ...excess].join('; ') : undefined;
}

/** The CDN writes its faults by hand, in a single line. */
function removedMethod(message: string): Answer {
  const more = 'https://warehouse.pypa.io/api-reference/xml-rpc.html#deprecated-methods';
  const fault = answerFault(-32_500, `RuntimeError: ${message} See ${more} for more information.`);
  return { ...fault, body: String(fault.body).replaceAll('\n', '') };
}
