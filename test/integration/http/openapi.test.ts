import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startService, type TestService } from '../../support/service/service.ts';

let service: TestService;
beforeAll(async () => {
  // No other index: it is on the network.
  service = await startService({ PYPI_INDEXES: 'none' });
});
afterAll(() => service.close());

const parameterSchema = z.object({
  name: z.string(),
  in: z.enum(['path', 'query']),
  example: z.string(),
  required: z.boolean().default(false),
});
const openApiSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.object({ parameters: z.array(parameterSchema).default([]) })),
  ),
});

describe('/openapi.json', () => {
  test('is valid by the official schema', async () => {
    const document: unknown = await service.twin('/openapi.json');
    const result = await new Validator().validate(
      z.record(z.string(), z.unknown()).parse(document),
    );
    expect(result).toMatchObject({ valid: true });
  });

  test('has examples that are all answered', async () => {
    const { paths } = openApiSchema.parse(await service.twin('/openapi.json'));
    for (const [template, methods] of Object.entries(paths)) {
      for (const [method, { parameters }] of Object.entries(methods)) {
        const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
          return parameters.find((each) => each.name === name)?.example ?? '';
        });
        const needed = parameters.filter(
          ({ required, ...each }) => required && each.in === 'query',
        );
        const queries = parameters.filter((each) => each.in === 'query');
        for (const one of [undefined, ...queries]) {
          const given = new Map(
            [...needed, ...(one ? [one] : [])].map(({ name, example }) => [name, example]),
          );
          const url = `${path}?${new URLSearchParams([...given]).toString()}`;
          const { status } = await service.get(url, { method: method.toUpperCase() });
          expect([url, status]).toEqual([url, 200]);
        }
      }
    }
  });
});
