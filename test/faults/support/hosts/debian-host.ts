import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../../../..');
/** What a server has, and Ansible needs. */
const INCLUDED = ['ca-certificates', 'python3', 'python3-apt', 'systemd', 'systemd-sysv', 'dbus'];
const BOOT_MS = 300_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** What a run of the playbook has changed, and said. */
export interface PlayOutcome {
  readonly changed: number;
  readonly output: string;
}

/** A fresh Debian 12 in a folder, which can be booted: with an init of its own and a network where nothing else is. */
export interface DebianHost {
  readonly path: (file: string) => string;
  /** Rejects with what was said where it fails. */
  readonly play: (variables: Readonly<Record<string, unknown>>) => Promise<PlayOutcome>;
  readonly boot: () => Promise<void>;
  /** Starts a program of this project in the network of the booted host. */
  readonly spawnInNetwork: (script: string, settings: Readonly<Record<string, string>>) => Program;
  /** Runs a command on the booted host and returns what it printed. */
  readonly command: (...words: readonly string[]) => Promise<string>;
  readonly remove: () => Promise<void>;
}

/** Ends by SIGTERM. */
export interface Program {
  readonly stop: () => Promise<string>;
}

/** `directory` must be empty; the packages come from the mirrors of this machine. */
export async function createDebianHost(directory: string): Promise<DebianHost> {
  const root = join(directory, 'root');
  const path = (file: string): string => join(root, file);
  await install(root);
  let leader: string | undefined;
  let machine: ReturnType<typeof spawn> | undefined;
  const enter = (): string[] => ['--target', leader ?? '', '--all', '--root', '--wd', '--'];
  const command = async (...words: readonly string[]): Promise<string> =>
    (await run('nsenter', [...enter(), ...words])).stdout;

  return {
    path,
    command,
    async play(variables) {
      const chroot = join(directory, 'enter');
      await writeFile(chroot, `#!/bin/sh\nshift\nexec nsenter ${enter().join(' ')} "$@"\n`, {
        mode: 0o755,
      });
      const connection = {
        ansible_connection: 'community.general.chroot',
        ansible_become: false,
        ...(leader !== undefined && { ansible_chroot_exe: chroot }),
      };
      return playOn(root, { ...connection, ...variables });
    },
    async boot() {
      machine = spawn('setpriv', [...WITH_US, 'sh', '-c', BOOT, 'boot', root], { stdio: 'ignore' });
      const poll = { timeout: BOOT_MS };
      await expect.poll(async () => (leader = await leaderOf(machine?.pid)), poll).toBeDefined();
      const isUp = 'systemctl is-system-running || true';
      await expect.poll(() => command('sh', '-c', isUp), poll).toMatch(/running|degraded/);
    },
    spawnInNetwork(script, settings) {
      const words = ['--target', leader ?? '', '--net', process.execPath, join(ROOT, script)];
      const env = { PATH: process.env['PATH'], ...settings };
      const program = spawn('nsenter', words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      program.stdout.on('data', (bytes) => (output += String(bytes)));
      const ended = once(program, 'close');
      return {
        async stop() {
          program.kill();
          await ended;
          return output;
        },
      };
    },
    async remove() {
      if (machine?.exitCode === null) {
        // Its namespaces end with it, and with them all that runs or is mounted there.
        machine.kill('SIGKILL');
        if (leader !== undefined) process.kill(Number(leader), 'SIGKILL');
        await once(machine, 'close');
        const group = `debian-${machine.pid}`;
        // Until the last of its processes is gone.
        const groups = `while [ -d ${group} ]; do find ${group} -depth -type d -exec rmdir {} ';'; done`;
        await run('unshare', ['--mount', 'sh', '-c', `${CGROUPS} && ${groups} 2>/dev/null; true`]);
      }
      await run('rm', ['-r', '--force', '--one-file-system', root]);
    },
  };
}

/** The machine ends when the tests do, in whatever way. */
const WITH_US = ['--pdeathsig', 'KILL', 'unshare', '--mount'];

/** In a mount namespace of its own, nothing that is mounted stays. systemd needs cgroups of the second version. */
const CGROUPS = 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && cd /sys/fs/cgroup';
const BOOT = `
${CGROUPS} && mkdir debian-$$ && echo $$ >debian-$$/cgroup.procs
exec systemd-nspawn --quiet --directory "$1" --private-network --register=no --keep-unit --link-journal=no \
  --resolv-conf=off --timezone=off --console=pipe --boot
`;

/** The first process of the machine; undefined while there is none. */
async function leaderOf(pid: number | undefined): Promise<string | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const [leader = ''] = children.trim().split(' ');
  const name = await readFile(`/proc/${leader}/comm`, 'utf8').catch(() => '');
  return name.trim() === 'systemd' ? leader : undefined;
}

/** As mmdebstrap makes it, which takes half the time of debootstrap. */
async function install(root: string): Promise<void> {
  const format = 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)';
  const wanted = ['Created-By: Packages', 'Origin: Debian'];
  const { stdout } = await run('apt-get', ['indextargets', '--format', format, ...wanted]);
  const options = ['--quiet', '--variant=minbase', `--include=${INCLUDED.join(',')}`];
  const quick = ['--dpkgopt=force-unsafe-io', '--skip=cleanup/apt/lists'];
  const mirrors = [...new Set(stdout.trim().split('\n'))];
  await run('mmdebstrap', [...options, ...quick, 'bookworm', root, ...mirrors]);
  await writeFile(join(root, 'etc/dpkg/dpkg.cfg.d/quick'), 'force-unsafe-io\n');
  await copyFile('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  await writeFile(join(root, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
  await shareNpm(root);
}

/** The registry of this machine, and the certificates that it trusts. */
async function shareNpm(root: string): Promise<void> {
  const { stdout } = await run('npm', ['config', 'get', 'registry'], { cwd: '/' });
  const certificates = 'root/certificates.pem';
  await copyFile('/etc/ssl/certs/ca-certificates.crt', join(root, certificates));
  const settings = `registry=${stdout.trim()}\ncafile=/${certificates}\n`;
  await writeFile(join(root, 'root/.npmrc'), settings);
}

async function playOn(
  host: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<PlayOutcome> {
  const playbook = join(ROOT, 'deploy/ansible/site.yml');
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    LC_ALL: 'C.UTF-8',
    ANSIBLE_PIPELINING: '1',
    ANSIBLE_NOCOLOR: '1',
  };
  const args = ['-i', `${host},`, playbook, '--extra-vars', JSON.stringify(variables)];
  const options = { env, maxBuffer: MAX_OUTPUT_BYTES };
  const { stdout } = await run('ansible-playbook', args, options).catch((error: unknown) => {
    throw new Error(error instanceof Error && 'stdout' in error ? String(error.stdout) : '', {
      cause: error,
    });
  });
  return { changed: Number(/ changed=(\d+) /.exec(stdout)?.[1]), output: stdout };
}
