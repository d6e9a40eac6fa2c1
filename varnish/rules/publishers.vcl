# `POST /refresh/<project>`, for those who publish: a node asks PyPI anew, and purges the project's badges at the edge. It is counted
# like a miss, and nothing of it is kept.
sub publisher_asks {
  if (req.url ~ "^/refresh/[A-Za-z0-9._-]{1,100}$") {
    call client_address;
    call client_limit;
    call request_id;
    # By this a copy is told, and here there is none.
    unset req.http.If-None-Match;
    return (pass);
  }
}

# As the node says it, whatever it says.
sub answer_to_publisher {
  if (bereq.method == "POST") {
    unset beresp.http.Set-Cookie;
    unset beresp.http.Server;
    unset beresp.http.X-Edge-TTL;
    set beresp.do_stream = false;
    return (deliver);
  }
}
