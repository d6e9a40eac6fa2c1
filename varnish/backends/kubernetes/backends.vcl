# The pods of the API, behind the address of their Service. Varnish resolves names once, when it loads this file, and a
# Service keeps its address while pods come and go. Its connections go to pods that are ready.
import directors;

backend pods {
  .host = "api";
  .port = "8080";
  .probe = ready;
  .connect_timeout = 0.4s;
}

# The same, whatever the probes say: while one of two pods hangs, an eighth of the time three probes in a row meet it.
backend pods_unprobed {
  .host = "api";
  .port = "8080";
  .connect_timeout = 0.4s;
}

sub vcl_init {
  new api = directors.shard();
  api.add_backend(pods);
  api.add_backend(pods_unprobed);
  api.reconfigure();
}

# Addresses that may purge, with the key: all private networks. NetworkPolicies let only pods of pypins reach the
# listener.
acl purgers {
  "127.0.0.0"/8;
  "10.0.0.0"/8;
  "100.64.0.0"/10;
  "172.16.0.0"/12;
  "192.168.0.0"/16;
  "fc00::"/7;
}

# Proxies whose X-Forwarded-For is trusted: the ingress, which has the address of a pod or of a node. NetworkPolicies let
# nothing else reach Varnish.
acl trusted_proxies {
  "10.0.0.0"/8;
  "100.64.0.0"/10;
  "172.16.0.0"/12;
  "192.168.0.0"/16;
  "fc00::"/7;
}

# Clients without a rate limit.
acl unlimited {
  "127.0.0.0"/8;
}
