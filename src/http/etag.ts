/**
 * Whether an `If-None-Match` names the ETag, quotes included (RFC 9110 §13.1.2). The comparison is weak, since an edge
 * that compresses makes `W/"…"` of ours. A `Cache-Control: no-cache` beside it asks us to look, which we did.
 */
export function holdsEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((each) => {
    const held = each.trim();
    return held === '*' || (held.startsWith('W/') ? held.slice(2) : held) === etag;
  });
}
