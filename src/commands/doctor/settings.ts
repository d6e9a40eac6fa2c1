import { type Config, proxyFaults } from '../../config.ts';
import type { Finding } from './finding.ts';

const check = 'settings';

/** Checks what is valid, and still wrong or incomplete. */
export function checkSettings(config: Config): Finding {
  const { CONTACT, VARNISH_URLS, PURGE_KEY } = config;
  if (VARNISH_URLS.length > 0 && PURGE_KEY === '') {
    return {
      check,
      status: 'fail',
      detail: 'VARNISH_URLS is set, and PURGE_KEY is not',
      advice: 'Set PURGE_KEY to the key of the Varnish nodes.',
    };
  }
  const [fault] = proxyFaults(config);
  if (fault !== undefined) {
    const [detail = '', advice = ''] = fault.split('; ');
    return { check, status: 'fail', detail, advice: `${sentence(advice)}.` };
  }
  if (CONTACT === '') {
    return {
      check,
      status: 'warn',
      detail: 'CONTACT is not set',
      advice: 'Set CONTACT to an e-mail address or URL: PyPI asks clients for one.',
    };
  }
  return { check, status: 'ok', detail: 'valid' };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
