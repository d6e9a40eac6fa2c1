# Who asks, and how often that may cost something. Only a miss costs: what is cached is never refused, since most
# requests come from the few addresses of GitHub's and PyPI's image proxies.
import std;
import var;
import vsthrottle;

# Idle for 5 s (-p timeout_idle), or as slow with a request, and a client is cut off: it may hold a thread all the while. A
# proxy of ours sends its requests in one piece, and keeps its connections for longer.
sub client_connection {
  if (local.socket == "proxied") {
    set sess.timeout_idle = 60s;
  }
}

# The address of the client, into the variable "client" and for the API into X-Forwarded-For. That header is read from
# the right, and only as far as proxies of ours (acl trusted_proxies) have written it: two of them at the most.
sub client_address {
  if (var.get("client")) {
    return;
  }
  var.set("client", client.ip);
  # Varnish has added the peer's address already.
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

# 50 misses a second and 500 at once, as at the API, from one address: IPv6 by /64, which is what one customer has.
# Where a copy is kept, however old, it is shown instead. Of large pictures, which take some fifty times as long as others, a
# fiftieth of that: hundreds that come in one moment keep all others waiting.
sub client_limit {
  if (local.socket != "purge" && std.ip(var.get("client"), "0.0.0.0", resolve=false) !~ unlimited) {
    var.set("neighbors", regsub(regsub(var.get("client"), "^::ffff:(?=\d+\.)", ""), "^((?:[0-9a-f]+:){4}|(?:[0-9a-f]+:){0,3}:).*$", "\1"));
    if (vsthrottle.is_denied("client " + var.get("neighbors"), std.integer(std.getenv("LIMIT_BURST"), 500),
        std.duration(real=std.real(std.getenv("LIMIT_BURST"), 500.0) / std.real(std.getenv("LIMIT_PER_SECOND"), 50.0)))
        || (req.url ~ "^[^?]*\.(png|jpe?g|gif|tiff?|webp)\?" && req.url ~ "[?&]scale=[34]" && req.url ~ "^.{200}"
        && vsthrottle.is_denied("large " + var.get("neighbors"), std.integer(real=std.real(std.getenv("LIMIT_BURST"), 500.0) / 50.0 + 1.0),
        std.duration(real=std.real(std.getenv("LIMIT_BURST"), 500.0) / std.real(std.getenv("LIMIT_PER_SECOND"), 50.0))))) {
      if (req.method != "POST" && var.get("look") != "any") {
        call kept_copy_any;
      }
      return (synth(429));
    }
  }
}

# One id for the request here, at the API, and in the answer. It ends with Varnish's own number: varnishlog -q 'vxid == …'.
sub request_id {
  if (req.http.X-Request-Id !~ "^[A-Za-z0-9._-]{8,64}$") {
    set req.http.X-Request-Id = std.real(time=now) + "-" + req.xid;
  }
}
