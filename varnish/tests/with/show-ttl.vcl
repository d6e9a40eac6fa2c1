# Included before the rules: shows how long an object is kept.
sub vcl_deliver {
  set resp.http.Test-TTL = obj.ttl;
  set resp.http.Test-Grace = obj.grace;
  set resp.http.Test-Keep = obj.keep;
}
