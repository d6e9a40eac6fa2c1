# Purges on a separate listener (-a purge=…), with the key in X-Purge-Key, from the addresses in acl purgers:
#
#   PURGE /  with  Xkey-Purge: project/requests kind/version     all badges with one of the tags; * is everything
#   PURGE /version/requests/badge.svg                            one URL
#   GET /version/requests/badge.svg                              refetches one URL at once
#
# Purges are soft: the next request refetches the badge, and the copy is served only if the API fails. `X-Purge-Mode:
# hard` removes the copy. The response is JSON, or the badge for GET. Refusals are counted in the JSON and logged:
# varnishlog -q 'VCL_Log ~ "^purge refused"'.
import purge;
import std;
import var;
import xkey;

sub purge_receive {
  if (req.method != "PURGE" && req.method != "GET") {
    return (synth(405));
  }
  if (client.ip !~ purgers || std.getenv("PURGE_KEY") == "" || req.http.X-Purge-Key != std.getenv("PURGE_KEY")) {
    # Not atomic: of two refusals at the same instant one may be lost here, but not in the log.
    var.global_set("purges refused", 1 + std.integer(var.global_get("purges refused"), 0));
    std.log("purge refused: " + client.ip);
    return (synth(403));
  }
  # Does not wait for a running fetch, which may have started before the change.
  set req.hash_ignore_busy = true;
  if (req.method == "PURGE") {
    call note_purge;
    if (req.http.Xkey-Purge) {
      call purge_tags;
    }
    call canonical_url;
    set req.grace = 1d;
    return (hash);
  }
}

# Stores the time of the last purge for kept_copy_purged, in seconds since 1970. Adds a second, because of two
# concurrent purges the earlier one may be stored last.
sub note_purge {
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

# Replaces a copy that is older than this request, but keeps it until the new one is there. hash_always_miss would not
# know of the copy and would replace it even by a failure.
sub refetch {
  if (!var.get("look") && obj.age > 0.001s) {
    call note_purge;
    # Sets the end of the TTL before this request, so that the restarted request does not find the copy again.
    var.set_int("purged", purge.soft(req.time - now - 0.001s));
    call new_copy_only;
  }
}

# Contains the version of the rules, for `pypins doctor`.
sub purge_answer {
  call rules_version;
  set resp.http.Content-Type = "application/json; charset=utf-8";
  set resp.http.Cache-Control = "no-store";
  unset resp.http.Server;
  unset resp.http.Via;
  unset resp.http.X-Varnish;
  set resp.body = {"{"status":"} + resp.status + {","purged":"} + var.get_int("purged")
    + {","refused":"} + std.integer(var.global_get("purges refused"), 0)
    + {","rules":""} + var.get("rules version") + {"""} + "}" + {"
"};
}
