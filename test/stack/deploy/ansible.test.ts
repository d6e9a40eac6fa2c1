import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isMissing } from '../../support/programs.ts';
import { ROOT, runTool } from './deployed.ts';

const PLAYBOOK = join(ROOT, 'deploy/ansible/site.yml');
/** Python's programs take the letters of their own files for ASCII without this. */
const env = { LC_ALL: 'C.UTF-8', HOME: process.env['HOME'] ?? '/root', NO_COLOR: '1' };

describe.skipIf(isMissing('ansible-playbook', 'ansible-lint'))('the playbook', () => {
  test('is one, and ansible-lint has nothing to say about it', async () => {
    const check = ['--syntax-check', '-i', 'host,', PLAYBOOK];
    expect(await runTool('ansible-playbook', check, { env })).toContain('playbook: ');
    const words = await runTool('ansible-lint', ['--offline', '--strict', PLAYBOOK], {
      env,
      cwd: ROOT,
    });
    expect(words).toContain('0 failure(s), 0 warning(s)');
  });

  test('names each wrong variable before it looks for the host', async () => {
    const wrong = {
      pypins_vesion: 'v0.1.0',
      pypins_store: 'sqlite',
      pypins_settings: { LOG_LEVEL: 'info\nPURGE_KEY=other' },
      pypins_certificate: '/nowhere/badges.pem',
    };
    const args = ['-i', 'host.invalid,', PLAYBOOK, '--extra-vars', JSON.stringify(wrong)];
    const failure = await runTool('ansible-playbook', args, { env }).then(
      () => ({ stdout: '' }),
      (error: unknown) => error,
    );
    const said = messagesIn(failure);
    expect(said).toEqual([
      expect.stringContaining('Unknown: pypins_vesion. Known: pypins_source, pypins_version,'),
      'pypins_source must name a git repository or an archive.',
      'pypins_version must be a tag, such as v0.1.0.',
      'pypins_store must be redis or embedded.',
      'pypins_settings must have names of settings, and values of one line.',
      'pypins_certificate names /nowhere/badges.pem, which is no file on this machine.',
    ]);
  });
});

/** What the items of a task that failed have said. */
function messagesIn(failure: unknown): string[] {
  const text =
    failure instanceof Error && 'stdout' in failure ? String(failure.stdout) : String(failure);
  return [...text.matchAll(/^failed: .* => (\{.*\})$/gm)].map(([, result = '']) => {
    const parsed: unknown = JSON.parse(result);
    return typeof parsed === 'object' && parsed !== null && 'msg' in parsed
      ? String(parsed.msg)
      : '';
  });
}
