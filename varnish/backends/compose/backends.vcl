# Two containers of the API, by their names on the internal network. Varnish looks names up once, when this is loaded.
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

# Who may purge, with the key: whoever is on a network of ours. The listener is not published.
acl purgers {
  "127.0.0.0"/8;
  "10.0.0.0"/8;
  "172.16.0.0"/12;
  "192.168.0.0"/16;
}

# Whose X-Forwarded-For is believed. Nobody's: a proxy in front speaks the PROXY protocol (-a proxied=:8443,PROXY), and
# an address of the internal network could be anybody's that the engine has let in.
acl trusted_proxies {
}

# Who may miss as often as it likes.
acl unlimited {
  "127.0.0.0"/8;
}
