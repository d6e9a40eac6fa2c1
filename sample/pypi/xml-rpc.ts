import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';
import type { Answer } from '../exchange.ts';

export type XmlRpcValue = string | number | null | readonly XmlRpcValue[];

export interface XmlRpcCall {
  readonly method: string;
  /** Integers as numbers; undefined for any other value, which no method takes. */
  readonly args: readonly (number | undefined)[];
}

const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const INTEGER = z.coerce.number().int();
const callSchema = z.object({
  methodCall: z.object({
    methodName: z.string(),
    params: z
      .object({ param: z.array(z.object({ value: z.unknown() })) })
      .optional()
      .catch(undefined),
  }),
});
const integerSchema = z
  .union([z.object({ int: INTEGER }), z.object({ i4: INTEGER }), z.object({ i8: INTEGER })])
  .transform((value) => Object.values(value)[0])
  .optional()
  .catch(undefined);
const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'param' });

/** Returns the call in a request's body, or undefined if it is not one. */
export function parseCall(body: string): XmlRpcCall | undefined {
  if (XMLValidator.validate(body) !== true) return undefined;
  const { data } = callSchema.safeParse(parser.parse(body));
  if (!data) return undefined;
  const { methodName: method, params } = data.methodCall;
  return { method, args: (params?.param ?? []).map(({ value }) => integerSchema.parse(value)) };
}

/** Returns the answer with a method's value, laid out as by Python's `xmlrpc.client`. */
export function answerValue(value: XmlRpcValue): Answer {
  return respond(`<params>\n<param>\n${render(value)}</param>\n</params>`);
}

/** Returns the answer with a fault. Its status is 200, too. */
export function answerFault(code: number, message: string): Answer {
  const members = Object.entries({ faultCode: code, faultString: message }).map(
    ([name, value]) => `<member>\n<name>${name}</name>\n${render(value)}</member>\n`,
  );
  return respond(`<fault>\n<value><struct>\n${members.join('')}</struct></value>\n</fault>`);
}

/** Returns the text as it may stand between two tags. Like PyPI, it drops characters that XML forbids. */
export function escapeXml(text: string): string {
  const allowed = text.replace(FORBIDDEN, '');
  return allowed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function respond(content: string): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'text/xml; charset=UTF-8' },
    body: `<?xml version='1.0'?>\n<methodResponse>\n${content}\n</methodResponse>\n`,
  };
}

function render(value: XmlRpcValue): string {
  if (value === null) return '<value><nil/></value>';
  if (typeof value === 'number') return `<value><int>${value}</int></value>\n`;
  if (typeof value === 'string') return `<value><string>${escapeXml(value)}</string></value>\n`;
  return `<value><array><data>\n${value.map(render).join('')}</data></array></value>\n`;
}
