# A known badge is never replaced by an error. A copy is kept for a day past its time. While all is well it is shown for
# 60 s past it, and refreshed behind; after that a client waits for the new one, which the API has at hand in milliseconds. When
# the API fails, any copy is shown: a restart of the request looks for one with all of its grace.
import std;
import var;
import vsthrottle;

# For 5 s nobody waits for an answer that has just failed. Without this, clients that queue for one badge would try and
# fail one after the other. It is remembered by URL, so that one sick badge holds up no other.
sub kept_copy_instead {
  if (req.restarts == 0 && vsthrottle.remaining("failed " + req.url, 1, 5s) == 0) {
    return (restart);
  }
}

# Nor is the API asked behind the copy.
sub ask_not_again {
  if (bereq.is_bgfetch && vsthrottle.remaining("failed " + bereq.url, 1, 5s) == 0) {
    return (abandon);
  }
}

# A fetch has failed. Abandoned, it leaves the copy where it is; stored, it would replace it. Every answer of the API
# has an ETag, so that a copy shows by the condition under which it is revalidated.
sub kept_copy_stays {
  if (bereq.is_bgfetch || bereq.http.If-None-Match) {
    if (vsthrottle.is_denied("failed " + bereq.url, 1, 5s)) {
      std.log("failed again: " + bereq.url);
    }
    return (abandon);
  }
}

# The fetch that this request waited for was abandoned. (Not so where these rules failed before there was one: a URL that
# could not be made canonical must not be asked for.)
sub kept_copy_before_fault {
  if (resp.status == 503 && req.restarts == 0 && var.get("asked")) {
    return (restart);
  }
}
