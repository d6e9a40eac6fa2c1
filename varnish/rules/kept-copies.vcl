# A known badge is never replaced by an error. A copy is kept for a day past its time. While all is well it is shown for
# 60 s past it, and refreshed behind; after that, or once it was purged, a client waits for the new one, which the API has at hand in
# milliseconds. When the API fails, any copy is shown.
#
# So a request looks up to three times: for a copy that may be shown; for none but the new one (the variable "look" is "new"); for
# any copy ("any"). Between two looks it is restarted.
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

# Whoever looks for the same new copy waits for one fetch.
sub kept_copy_not {
  var.set("look", "new");
  return (restart);
}

# What was purged is no longer so, and shown to nobody while the API is well. A purge ends a copy's time, but does not touch a copy
# whose time was over already: so each that was over by the last purge counts as purged.
sub kept_copy_purged {
  if (!var.get("look") && std.real(time=req.time + obj.ttl) < std.real(var.global_get("purged"), 0.0)) {
    call kept_copy_not;
  }
}

# For 5 s nobody waits for an answer that has just failed. Without this, clients that queue for one badge would try and
# fail one after the other. It is remembered by URL, so that one sick badge holds up no other.
sub kept_copy_instead {
  if (var.get("look") != "any" && vsthrottle.remaining("failed " + req.url, 1, 5s) == 0) {
    call kept_copy_any;
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
  if (resp.status == 503 && var.get("look") != "any" && var.get("asked")) {
    call kept_copy_any;
  }
}
