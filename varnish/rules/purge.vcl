# Purging, on a listener of its own (-a purge=…), with the key in X-Purge-Key, from the addresses of acl purgers:
#
#   PURGE /  with  Xkey-Purge: project/requests kind/version     all badges that have one of the tags; * is everything
#   PURGE /version/requests/badge.svg                            one URL
#   GET /version/requests/badge.svg                              one URL, and it is fetched anew at once
#
# Soft: what is purged is fetched anew for the next request, and shown only should the API fail. `X-Purge-Mode: hard` forgets it.
# The answer is JSON, or the badge. Refusals are counted in it, and logged: varnishlog -q 'VCL_Log ~ "^purge refused"'.
import purge;
import std;
import var;
import xkey;

sub purge_receive {
  if (req.method != "PURGE" && req.method != "GET") {
    return (synth(405));
  }
  if (client.ip !~ purgers || std.getenv("PURGE_KEY") == "" || req.http.X-Purge-Key != std.getenv("PURGE_KEY")) {
    # Of two at the same instant one may not be counted; the log has both.
    var.global_set("purges refused", 1 + std.integer(var.global_get("purges refused"), 0));
    std.log("purge refused: " + client.ip);
    return (synth(403));
  }
  # A fetch under way is not waited for: it may have asked before the change.
  set req.hash_ignore_busy = true;
  if (req.method == "PURGE") {
    call purge_noted;
    if (req.http.Xkey-Purge) {
      call purge_tags;
    }
    call canonical_url;
    set req.grace = 1d;
    return (hash);
  }
}

# When something was purged last, in seconds since 1970; a second later, since of two purges at once the earlier may be noted
# last. See kept_copy_purged.
sub purge_noted {
  var.global_set("purged", std.real(time=now) + 1.0);
}

sub purge_tags {
  if (req.http.X-Purge-Mode == "hard") {
    var.set_int("purged", xkey.purge(req.http.Xkey-Purge));
  } else {
    var.set_int("purged", xkey.softpurge(req.http.Xkey-Purge));
  }
  return (synth(200));
}

sub purge_url {
  if (req.http.X-Purge-Mode == "hard") {
    var.set_int("purged", purge.hard());
  } else {
    var.set_int("purged", purge.soft());
  }
  return (synth(200));
}

# A copy that is older than the request for a new one gives way. It stays until the new one is there: hash_always_miss would know of
# no copy, and put even a failure in its place.
sub fetch_anew {
  if (!var.get("look") && obj.age > 0.001s) {
    call purge_noted;
    # As if purged before this request came, or it would be found once more.
    var.set_int("purged", purge.soft(req.time - now - 0.001s));
    call kept_copy_not;
  }
}

sub purge_answer {
  set resp.http.Content-Type = "application/json; charset=utf-8";
  set resp.http.Cache-Control = "no-store";
  unset resp.http.Server;
  unset resp.http.Via;
  unset resp.http.X-Varnish;
  set resp.body = {"{"status":"} + resp.status + {","purged":"} + var.get_int("purged")
    + {","refused":"} + std.integer(var.global_get("purges refused"), 0) + "}" + {"
"};
}
