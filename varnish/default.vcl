# The edge of pypins. rules/ has one file per concern. backends.vcl has what differs between sites (nodes, addresses);
# varnishd finds it by its vcl_path:
#
#   varnishd -f /…/varnish/default.vcl -p vcl_path=/…/varnish/backends/local -a public=:8000 -a purge=127.0.0.1:6085 …
#
# Works with Varnish 7.1 (Debian 12, with varnish-modules) to 9.0.
vcl 4.1;

include "./rules/probe.vcl";
include "backends.vcl";
include "./rules.vcl";
