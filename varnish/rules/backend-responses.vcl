# What the edge does with the API's responses.
import std;

# Every response of the API has an X-Badge-Status. One without it comes from another program or is incomplete.
sub require_badge_status {
  if (!beresp.http.X-Badge-Status) {
    return (error(503));
  }
}

# A failure badge never replaces a copy; without a copy, it is served until its TTL ends. What depends on the client is
# for this client alone, whatever its TTL.
sub failed_response {
  if (beresp.http.X-Badge-Status ~ "^(?:busy|limited)$") {
    call kept_copy_for_client;
    unset beresp.http.X-Edge-TTL;
  } elsif (beresp.status >= 500 || beresp.http.X-Badge-Status ~ "^(?:unavailable|error)$") {
    call kept_copy_stays;
    set beresp.grace = 0s;
  } else {
    set beresp.grace = 1d;
  }
}

sub response_headers {
  unset beresp.http.Set-Cookie;
  unset beresp.http.Vary;
  unset beresp.http.Surrogate-Control;
  unset beresp.http.CDN-Cache-Control;
  unset beresp.http.Expires;
  unset beresp.http.Server;
  # Image proxies have caches that nobody can purge, which would obey s-maxage or stale-*. Without max-age, GitHub's
  # keeps a picture for a year.
  # Pages say themselves how browsers keep them.
  call find_fetched_page;
  if (var.get("page") != "yes" && beresp.http.Cache-Control !~ "^public, max-age=\d+$") {
    set beresp.http.Cache-Control = "public, max-age=" + std.integer(regsub(beresp.http.Cache-Control, "^.*max-age=(\d+).*", "\1"), 60);
  }
  # Every badge has the tag "*".
  if (beresp.http.Xkey) {
    set beresp.http.Xkey = beresp.http.Xkey + " *";
  } else {
    set beresp.http.Xkey = "*";
  }
}

# The API sets the TTL by X-Edge-TTL, whatever the status. Without it, or with 0, the response is for this client alone;
# also without an ETag, because kept_copy_stays recognizes a copy by its ETag.
sub response_ttl {
  set beresp.ttl = std.duration(beresp.http.X-Edge-TTL + "s", 0s);
  unset beresp.http.X-Edge-TTL;
  set beresp.keep = 0s;
  # Badges are small. Without streaming, a response that breaks off is an error that can be retried.
  set beresp.do_stream = false;
  if (beresp.http.Content-Type ~ "^(?:image/svg|application/json)") {
    set beresp.do_gzip = true;
  }
  if (beresp.ttl <= 0s || !beresp.http.ETag) {
    # For a second (hit-for-miss), waiting clients fetch the URL in parallel instead of one after the other.
    set beresp.uncacheable = true;
    set beresp.ttl = 1s;
    set beresp.grace = 0s;
  }
}

# Without a copy and without a node, the error is cached for a few seconds, so that all waiting clients get it together.
# Its badge is added on delivery, in faults.vcl.
sub cache_error {
  unset beresp.http.Retry-After;
  set beresp.http.X-Edge-Fault = "unavailable";
  set beresp.ttl = 5s;
  set beresp.grace = 0s;
  set beresp.keep = 0s;
  set beresp.body = "";
}
