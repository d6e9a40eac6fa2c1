# The parameters of pypistats.org's API, each once, in one order: the first of each counts, as there. Others are dropped.
import var;

# Input is in the variable "query", which starts with "?"; clients write "?&period=day" as well.
sub query_of_api {
  var.set("query", regsub(var.get("query"), "^\?", "&"));
  var.set("kept", "");
  if (var.get("query") ~ "&mirrors=") {
    var.set("kept", var.get("kept") + regsub(var.get("query"), "^.*?(&mirrors=[^&]*).*$", "\1"));
  }
  if (var.get("query") ~ "&os=") {
    var.set("kept", var.get("kept") + regsub(var.get("query"), "^.*?(&os=[^&]*).*$", "\1"));
  }
  if (var.get("query") ~ "&period=") {
    var.set("kept", var.get("kept") + regsub(var.get("query"), "^.*?(&period=[^&]*).*$", "\1"));
  }
  if (var.get("query") ~ "&version=") {
    var.set("kept", var.get("kept") + regsub(var.get("query"), "^.*?(&version=[^&]*).*$", "\1"));
  }
  set req.url = req.url + regsub(var.get("kept"), "^&", "?");
}
