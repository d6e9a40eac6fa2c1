# What becomes of the API's answers.
import std;

# Every answer of the API says how it came about. Whatever does not is some other program's page, or half a node's last word.
sub answer_is_ours {
  if (!beresp.http.X-Badge-Status) {
    return (error(503));
  }
}

# The badges of a failure are shown where nothing better is known, and only there.
sub answer_failing {
  if (beresp.status >= 500 || beresp.http.X-Badge-Status ~ "^(?:unavailable|busy|error|limited)$") {
    call kept_copy_stays;
    set beresp.grace = 0s;
  } else {
    set beresp.grace = 1d;
  }
}

sub answer_headers {
  unset beresp.http.Set-Cookie;
  unset beresp.http.Vary;
  unset beresp.http.Surrogate-Control;
  unset beresp.http.CDN-Cache-Control;
  unset beresp.http.Expires;
  unset beresp.http.Server;
  # Caches that nobody can purge stand behind image proxies, and would believe an s-maxage or a stale-…; without any
  # word GitHub's keeps a picture for a year.
  if (beresp.http.Cache-Control !~ "^public, max-age=\d+$") {
    set beresp.http.Cache-Control = "public, max-age=" + std.integer(regsub(beresp.http.Cache-Control, "^.*max-age=(\d+).*", "\1"), 60);
  }
  # "*" is the tag of everything.
  if (beresp.http.Xkey) {
    set beresp.http.Xkey = beresp.http.Xkey + " *";
  } else {
    set beresp.http.Xkey = "*";
  }
}

# How long an answer is kept is the API's to say, whatever its status; nothing said, or 0, is for this client alone. So is
# an answer without an ETag, since a copy of it could not be told from none (see kept-copies.vcl).
sub answer_length {
  set beresp.ttl = std.duration(beresp.http.X-Edge-TTL + "s", 0s);
  unset beresp.http.X-Edge-TTL;
  set beresp.keep = 0s;
  # Badges are small, and one that breaks off must not be on its way already: this makes it an error that can be retried.
  set beresp.do_stream = false;
  if (beresp.http.Content-Type ~ "^(?:image/svg|application/json)") {
    set beresp.do_gzip = true;
  }
  if (beresp.ttl <= 0s || !beresp.http.ETag) {
    # For a second, those who wait for the same URL ask for themselves, all at once.
    set beresp.uncacheable = true;
    set beresp.ttl = 1s;
    set beresp.grace = 0s;
  }
}

# Nothing is kept of this badge and no node answers: remembered for a few seconds, so that those who wait are answered
# together. The picture is made on delivery, in faults.vcl.
sub error_remembered {
  unset beresp.http.Retry-After;
  set beresp.http.X-Edge-Fault = "unavailable";
  set beresp.ttl = 5s;
  set beresp.grace = 0s;
  set beresp.keep = 0s;
  set beresp.body = "";
}
