# The edge of pypins. Rules are in rules/, one file a concern; what differs between sites (nodes, addresses) is in
# backends.vcl, which varnishd finds by its vcl_path:
#
#   varnishd -f /…/varnish/default.vcl -p vcl_path=/…/varnish/backends/local -a public=:8000 -a purge=127.0.0.1:6085 …
#
# Written for Varnish 7.1 (Debian 12, with varnish-modules) to 9.0: nothing here was removed later.
vcl 4.1;

include "./rules/probe.vcl";
include "backends.vcl";
include "./rules.vcl";
