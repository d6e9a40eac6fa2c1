# A site with two nodes, s1 and s2. No trusted proxies, no clients without a rate limit; local clients may purge.
import directors;

sub vcl_init {
  new api = directors.shard();
  api.add_backend(s1);
  api.add_backend(s2);
  api.reconfigure();
}

acl purgers {
  "127.0.0.1";
}

acl trusted_proxies {
}

acl unlimited {
}
