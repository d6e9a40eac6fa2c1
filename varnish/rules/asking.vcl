# How the API is asked.
import directors;
import std;
import var;

# One node by the URL's hash, so that its memory holds what it is asked for; on a retry another one than the one that has
# failed. (The second by the hash may be that very one, where the first has come back in the meantime.)
sub ask_node {
  set bereq.backend = api.backend(by=HASH, healthy=ALL);
  if (bereq.retries > 0 && var.get("tried") == "" + bereq.backend) {
    set bereq.backend = api.backend(by=HASH, alt=1, healthy=ALL);
  }
  var.set("tried", bereq.backend);
}

# A badge is promised within 2.5 s whatever is down (an image proxy gives up at 4 s), the retry included. The API itself
# waits 2 s for an upstream at the most.
sub ask_in_time {
  if (bereq.retries == 0) {
    var.set_real("deadline", std.real(time=now) + 2.3);
  }
  set bereq.first_byte_timeout = std.duration(real=var.get_real("deadline") - std.real(time=now));
  # A picture comes in one piece.
  set bereq.between_bytes_timeout = 0.5s;
}

# What does not make the key must not make the picture. The API reads none of these; this keeps it so for whatever is built
# into it later.
sub ask_without_headers {
  set bereq.http.Host = "pypins";
  unset bereq.body;
  if (bereq.http.X-Request-Id !~ "^[A-Za-z0-9._-]{8,64}$") {
    unset bereq.http.X-Request-Id;
  }
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

# A node that is gone or dies while it answers: the other one is asked, if there is time for it.
sub error_retry {
  if (bereq.retries == 0 && var.get_real("deadline") - std.real(time=now) > 0.3) {
    return (retry);
  }
}
