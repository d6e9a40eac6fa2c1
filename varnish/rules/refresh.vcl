# `POST /refresh/<project>`, to be called after a release: a node refetches the project from PyPI and purges its badges
# at the edge. Counts as a miss for the rate limit; the response is not cached.
sub pass_refresh {
  if (req.url ~ "^/refresh/[A-Za-z0-9._-]{1,100}$") {
    call client_address;
    call client_limit;
    call request_id;
    # kept_copy_stays would take it for the sign of a copy.
    unset req.http.If-None-Match;
    return (pass);
  }
}

# Passes the node's response unchanged.
sub pass_refresh_response {
  if (bereq.method == "POST") {
    unset beresp.http.Set-Cookie;
    unset beresp.http.Server;
    unset beresp.http.X-Edge-TTL;
    set beresp.do_stream = false;
    return (deliver);
  }
}
