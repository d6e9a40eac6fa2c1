# Two containers of the API, by their names on the internal network. Varnish resolves names once, when it loads this
# file.
import directors;

backend api1 {
  .host = "api1";
  .port = "8080";
  .probe = ready;
  .connect_timeout = 0.4s;
}

backend api2 {
  .host = "api2";
  .port = "8080";
  .probe = ready;
  .connect_timeout = 0.4s;
}

sub vcl_init {
  new api = directors.shard();
  api.add_backend(api1);
  api.add_backend(api2);
  api.reconfigure();
}

# Addresses that may purge, with the key: all private networks. The listener is not published.
acl purgers {
  "127.0.0.0"/8;
  "10.0.0.0"/8;
  "172.16.0.0"/12;
  "192.168.0.0"/16;
}

# Proxies whose X-Forwarded-For is trusted. None: a proxy in front uses the PROXY protocol (-a proxied=:8443,PROXY), and
# Docker may map any client to an address of the internal network.
acl trusted_proxies {
}

# Clients without a rate limit.
acl unlimited {
  "127.0.0.0"/8;
}
