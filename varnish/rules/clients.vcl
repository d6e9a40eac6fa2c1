# Client addresses and the rate limit. Only misses count: cached badges are never refused, because most requests come
# from the few addresses of GitHub's and PyPI's image proxies.
import std;
import var;
import vsthrottle;

# A client that is idle for 5 s (-p timeout_idle), or that slow to send a request, is disconnected, because it may
# occupy a thread. A trusted proxy sends each request at once, and may keep connections for longer.
sub client_connection {
  if (local.socket == "proxied") {
    set sess.timeout_idle = 60s;
  }
}

# Sets the client's address in the variable "client" and, for the API, in X-Forwarded-For. Reads that header from the
# right, as far as trusted proxies (acl trusted_proxies) have written it: at most two.
sub client_address {
  if (var.get("client")) {
    return;
  }
  var.set("client", client.ip);
  # Varnish has appended the peer's address.
  var.set("forwarded", regsub(req.http.X-Forwarded-For, "(?:^|,)[^,]*$", ""));
  call client_before_proxy;
  call client_before_proxy;
  set req.http.X-Forwarded-For = var.get("client");
}

sub client_before_proxy {
  if (std.ip(var.get("client"), "0.0.0.0", resolve=false) ~ trusted_proxies) {
    var.set("client", std.ip(regsub(var.get("forwarded"), "^.*[, ]", ""), std.ip(var.get("client"), "0.0.0.0", resolve=false), resolve=false));
    var.set("forwarded", regsub(var.get("forwarded"), "(?:^|,)[^,]*$", ""));
  }
}

# Rate limit per client: 50 misses a second and a burst of 500, as at the API. IPv6 addresses count by /64, which is
# what one customer has. Over the limit, a copy of any age is served instead of 429. Large pictures take eight
# to a hundred times as long to draw and get a fiftieth of the limit, so that a burst of them does not delay all others.
sub client_limit {
  if (local.socket != "purge" && std.ip(var.get("client"), "0.0.0.0", resolve=false) !~ unlimited) {
    var.set("neighbors", regsub(regsub(var.get("client"), "^::ffff:(?=\d+\.)", ""), "^((?:[0-9a-f]+:){4}|(?:[0-9a-f]+:){0,3}:).*$", "\1"));
    call large_picture;
    if (vsthrottle.is_denied("client " + var.get("neighbors"), std.integer(std.getenv("LIMIT_BURST"), 500),
        std.duration(real=std.real(std.getenv("LIMIT_BURST"), 500.0) / std.real(std.getenv("LIMIT_PER_SECOND"), 50.0)))
        || (var.get("large") == "yes"
        && vsthrottle.is_denied("large " + var.get("neighbors"), std.integer(real=std.real(std.getenv("LIMIT_BURST"), 500.0) / 50.0 + 1.0),
        std.duration(real=std.real(std.getenv("LIMIT_BURST"), 500.0) / std.real(std.getenv("LIMIT_PER_SECOND"), 50.0))))) {
      if (req.method != "POST" && var.get("look") != "any") {
        call kept_copy_any;
      }
      return (synth(429));
    }
  }
}

# One request id for edge, API and response: that of a trusted proxy, or a new one, which ends with Varnish's transaction
# number: varnishlog -q 'vxid == …'.
sub request_id {
  if (!var.get("request id")) {
    // By the PROXY protocol, `client.ip` is the proxy's client.
    if ((local.socket == "proxied" || client.ip ~ trusted_proxies) && req.http.X-Request-Id ~ "^[A-Za-z0-9._-]{8,64}$") {
      var.set("request id", req.http.X-Request-Id);
    } else {
      var.set("request id", std.real(time=now) + "-" + req.xid);
    }
  }
  set req.http.X-Request-Id = var.get("request id");
}
