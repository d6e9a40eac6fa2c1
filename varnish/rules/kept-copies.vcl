# An error never replaces a badge. A copy is kept for a day past its TTL. While the API works, it is served for 60 s
# past its TTL and refreshed in the background; after that, or after a purge, clients wait for the new one, which the
# API has within milliseconds. If the API fails, any copy is served.
#
# So a request looks up the cache up to three times, restarting in between: for a copy that may be served; for a new one
# only (the variable "look" is "new"); for any copy ("any").
import std;
import var;
import vsthrottle;

sub kept_copy_grace {
  if (var.get("look") == "new") {
    set req.grace = 0s;
  } else {
    set req.grace = 1d;
  }
}

sub kept_copy_any {
  var.set("look", "any");
  return (restart);
}

# All requests for the same new copy wait for one fetch.
sub new_copy_only {
  var.set("look", "new");
  return (restart);
}

# A purged copy is outdated and not served while the API works. A purge sets the TTL to 0, but does not reach copies
# whose TTL was already over: a copy whose TTL ended before the last purge counts as purged.
sub kept_copy_purged {
  if (!var.get("look") && std.real(time=req.time + obj.ttl) < std.real(var.global_get("purged"), 0.0)) {
    call new_copy_only;
  }
}

# For 5 s after a failed fetch of a URL, requests get its copy at once. Without this, clients that queue for one badge
# would try and fail one after the other. Other URLs are not affected. For a second only if the API has refused a client: it
# may serve the next one.
sub kept_copy_after_failure {
  if (var.get("look") != "any" && (vsthrottle.remaining("failed " + req.url, 1, 5s) == 0
      || vsthrottle.remaining("refused " + req.url, 1, 1s) == 0)) {
    call kept_copy_any;
  }
}

# Nor is the copy refreshed in the background during this time.
sub skip_failed_refresh {
  if (bereq.is_bgfetch && (vsthrottle.remaining("failed " + bereq.url, 1, 5s) == 0
      || vsthrottle.remaining("refused " + bereq.url, 1, 1s) == 0)) {
    return (abandon);
  }
}

# Abandons a failed fetch if there is a copy, which a stored error would replace. Every response of the API has an ETag,
# so If-None-Match shows that there is a copy.
sub kept_copy_stays {
  if (bereq.is_bgfetch || bereq.http.If-None-Match) {
    if (vsthrottle.is_denied("failed " + bereq.url, 1, 5s)) {
      std.log("failed again: " + bereq.url);
    }
    return (abandon);
  }
}

# As kept_copy_stays, for what the API refuses to one client.
sub kept_copy_for_client {
  if (bereq.is_bgfetch || bereq.http.If-None-Match) {
    if (vsthrottle.is_denied("refused " + bereq.url, 1, 1s)) {
      std.log("refused again: " + bereq.url);
    }
    return (abandon);
  }
}

# After an abandoned fetch, serves the copy. Without a fetch ("asked" is not set) these rules failed themselves, and a
# URL that could not be made canonical must not be looked up.
sub kept_copy_before_fault {
  if (resp.status == 503 && var.get("look") != "any" && var.get("asked")) {
    call kept_copy_any;
  }
}
