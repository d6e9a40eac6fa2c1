# Two processes of the API on this machine.
import directors;

backend api1 {
  .host = "127.0.0.1";
  .port = "8080";
  .probe = ready;
  .connect_timeout = 0.4s;
}

backend api2 {
  .host = "127.0.0.1";
  .port = "8082";
  .probe = ready;
  .connect_timeout = 0.4s;
}

sub vcl_init {
  new api = directors.shard();
  api.add_backend(api1);
  api.add_backend(api2);
  api.reconfigure();
}

# Addresses that may purge, with the key.
acl purgers {
  "127.0.0.0"/8;
  "::1";
}

# Proxies whose X-Forwarded-For is trusted. Prefer a proxy with the PROXY protocol, which needs no entry.
acl trusted_proxies {
  "127.0.0.0"/8;
  "::1";
}

# Clients without a rate limit. Without this, a local proxy that sends no client addresses would count as one client.
acl unlimited {
  "127.0.0.0"/8;
  "::1";
}
