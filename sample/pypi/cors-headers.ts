/** What PyPI sends with everything that is made for programs. */
export const CORS_HEADERS = {
  'access-control-allow-headers':
    'Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since',
  'access-control-allow-methods': 'GET',
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'X-PyPI-Last-Serial',
  'access-control-max-age': '86400',
};
