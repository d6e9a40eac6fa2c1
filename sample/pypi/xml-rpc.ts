import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';
import type { Answer } from '../exchange.ts';
import { escapeXml } from './xml.ts';

export type XmlRpcValue = string | number | null | readonly XmlRpcValue[];

export interface XmlRpcCall {
  readonly method: string;
  /** Integers as numbers; anything else is no argument that the changelog takes, and undefined. */
  readonly args: readonly (number | undefined)[];
}

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

/** The call of a request's body, or undefined where that is none. */
export function parseCall(body: string): XmlRpcCall | undefined {
  if (XMLValidator.validate(body) !== true) return undefined;
  const { data } = callSchema.safeParse(parser.parse(body));
  if (!data) return undefined;
  const { methodName: method, params } = data.methodCall;
  return { method, args: (params?.param ?? []).map(({ value }) => integerSchema.parse(value)) };
}

/** The answer with the value that a method gives, laid out as Python's `xmlrpc.client` lays it out. */
export function answerValue(value: XmlRpcValue): Answer {
  return respond(`<params>\n<param>\n${render(value)}</param>\n</params>`);
}

/** A fault, which is a 200 as well. */
export function answerFault(code: number, message: string): Answer {
  const members = [
    ['faultCode', code],
    ['faultString', message],
  ] as const;
  const struct = members.map(
    ([name, value]) => `<member>\n<name>${name}</name>\n${render(value)}</member>\n`,
  );
  return respond(`<fault>\n<value><struct>\n${struct.join('')}</struct></value>\n</fault>`);
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
