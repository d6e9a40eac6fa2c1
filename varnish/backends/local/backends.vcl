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

# Who may purge, with the key.
acl purgers {
  "127.0.0.0"/8;
  "::1";
}

# Whose X-Forwarded-For is believed. Not needed for a proxy that speaks the PROXY protocol, which is better.
acl trusted_proxies {
  "127.0.0.0"/8;
  "::1";
}

# Who may miss as often as it likes. A proxy on this machine that tells no addresses would be one client.
acl unlimited {
  "127.0.0.0"/8;
  "::1";
}
