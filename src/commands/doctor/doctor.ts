import type { Command } from 'commander';
import { readAdminUrl } from '../../admin-address.ts';
import type { Config } from '../../config.ts';
import type { ServicesOptions } from '../../services.ts';
import { createContext } from '../context.ts';
import { createOutput, finish, JSON_OPTION } from '../output.ts';
import { ADMIN_EXAMPLE, checkUrls } from '../urls.ts';
import { checkEdge } from './edge.ts';
import { type Finding, printFindings } from './finding.ts';
import { checkDisk, checkFonts } from './machine.ts';
import { checkService } from './service.ts';
import { checkSettings } from './settings.ts';
import { checkSentinels, checkShared } from './store.ts';
import { checkClock, checkPypi, checkPypistats } from './upstreams.ts';

/** `pypins doctor`. */
export function define(command: Command): void {
  command
    .argument('[nodes...]', 'URLs of admin ports (default: the one of this machine)')
    .option(...JSON_OPTION)
    .action(async (nodes: string[], { json = false }: { readonly json?: boolean }) => {
      const urls = checkUrls(nodes, ADMIN_EXAMPLE);
      const context = createContext(undefined, { level: 'silent' });
      finish(printFindings(await examine(context, urls), json, createOutput()));
      await context.closeLog();
    });
}

/** Checks everything that the service needs, and the service itself. Never rejects: a check that fails is a finding. */
export async function examine(
  options: ServicesOptions,
  nodes: readonly string[] = [],
): Promise<Finding[]> {
  const { config, version } = options;
  // First, because it creates the directory that other checks use.
  const disk = await checkDisk(config);
  const findings = await Promise.all([
    checkShared(options),
    checkSentinels(config),
    checkFonts(config),
    checkPypi(config).then(({ finding, clock }) => [finding, checkClock(clock)]),
    checkPypistats(config),
    ...servicesOf(config, nodes).map((service) => checkService(service, version)),
    checkEdge(config, version),
  ]);
  return [checkSettings(config), disk, ...findings.flat()];
}

/** The processes to ask. One that nobody named may run elsewhere, or have another port. */
function servicesOf(config: Config, nodes: readonly string[]) {
  if (nodes.length > 0) return nodes.map((adminUrl) => ({ adminUrl, isNamed: true }));
  const { ADMIN_HOST, ADMIN_PORT } = config;
  const adminUrl = readAdminUrl('ADMIN_PORT', { ADMIN_HOST, ADMIN_PORT: `${ADMIN_PORT}` });
  return [{ adminUrl, isNamed: false }];
}
