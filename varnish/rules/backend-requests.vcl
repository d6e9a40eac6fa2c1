# How the edge sends requests to the API.
import directors;
import std;
import var;

# Chooses a node by the URL's hash, so that each URL uses the memory of one node; a retry goes to the other node. (If
# the first node has come back meanwhile, the second choice by hash may be the node that failed.)
sub choose_node {
  set bereq.backend = api.backend(by=HASH, healthy=ALL);
  if (bereq.retries > 0 && var.get("tried") == "" + bereq.backend) {
    set bereq.backend = api.backend(by=HASH, alt=1, healthy=ALL);
  }
  var.set("tried", bereq.backend);
}

# A badge is promised within 2.5 s, including a retry (image proxies give up after 4 s). The API waits for an upstream
# for up to 2 s.
sub set_timeouts {
  if (bereq.retries == 0) {
    var.set_real("deadline", std.real(time=now) + 2.3);
  }
  set bereq.first_byte_timeout = std.duration(real=var.get_real("deadline") - std.real(time=now));
  # The API sends a picture at once.
  set bereq.between_bytes_timeout = 0.5s;
}

# What is not in the cache key must not change the badge. The API reads none of these headers today; this protects later
# versions, too.
sub drop_request_headers {
  set bereq.http.Host = "pypins";
  unset bereq.body;
  unset bereq.http.Accept;
  unset bereq.http.Accept-Language;
  unset bereq.http.Authorization;
  unset bereq.http.Cookie;
  unset bereq.http.Forwarded;
  unset bereq.http.Origin;
  unset bereq.http.Proxy;
  unset bereq.http.Referer;
  unset bereq.http.User-Agent;
  unset bereq.http.Via;
  unset bereq.http.X-Badge-Status;
  unset bereq.http.X-Edge-TTL;
  unset bereq.http.X-Forwarded-Host;
  unset bereq.http.X-Forwarded-Port;
  unset bereq.http.X-Forwarded-Prefix;
  unset bereq.http.X-Forwarded-Proto;
  unset bereq.http.X-Forwarded-Server;
  unset bereq.http.X-HTTP-Method-Override;
  unset bereq.http.X-Original-URL;
  unset bereq.http.X-Purge-Key;
  unset bereq.http.X-Real-IP;
  unset bereq.http.X-Rewrite-URL;
  unset bereq.http.Xkey;
}

# If a node is down or dies during a response, tries the other one if there is time.
sub retry_other_node {
  if (bereq.retries == 0 && var.get_real("deadline") - std.real(time=now) > 0.3) {
    return (retry);
  }
}
