# Purging, on a listener of its own (-a purge=…), with the key in X-Purge-Key, from the addresses of acl purgers:
#
#   PURGE /  with  Xkey-Purge: project/requests kind/version     all badges that have one of the tags; * is everything
#   PURGE /version/requests/badge.svg                            one URL
#
# Soft: what is purged is refreshed with the next requests, and still shown should the API fail. `X-Purge-Mode: hard` forgets it.
# The answer is JSON. Refusals are counted in it, and logged: varnishlog -q 'VCL_Log ~ "^purge refused"'.
import purge;
import std;
import var;
import xkey;

sub purge_receive {
  if (req.method != "PURGE") {
    return (synth(405));
  }
  if (client.ip !~ purgers || std.getenv("PURGE_KEY") == "" || req.http.X-Purge-Key != std.getenv("PURGE_KEY")) {
    # Of two at the same instant one may not be counted; the log has both.
    var.global_set("purges refused", 1 + std.integer(var.global_get("purges refused"), 0));
    std.log("purge refused: " + client.ip);
    return (synth(403));
  }
  if (req.http.Xkey-Purge) {
    call purge_tags;
  }
  call canonical_url;
  # A fetch under way is not waited for.
  set req.hash_ignore_busy = true;
  set req.grace = 1d;
  return (hash);
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
