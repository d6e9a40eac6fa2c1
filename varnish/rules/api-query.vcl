# The parameters of pypistats.org's API, each once, in one order: the first of each counts, as there. Others are dropped.
import var;

# Input is in the variable "query", which starts with "?"; clients write "?&period=day" as well.
sub query_of_api {
  var.set("query", regsub(var.get("query"), "^\?", "&"));
  # Without a value, it is empty.
  var.set("query", regsuball(var.get("query"), "&(mirrors|os|period|version)(?=&|$)", "&\1="));
  var.set("kept", "");
  if (var.get("query") ~ "&mirrors=") {
    var.set("kept", var.get("kept") + regsub(var.get("query"), "^(?:&(?!mirrors=)[^&]*)*(&mirrors=[^&]*)(?:&[^&]*)*$", "\1"));
  }
  if (var.get("query") ~ "&os=") {
    var.set("kept", var.get("kept") + regsub(var.get("query"), "^(?:&(?!os=)[^&]*)*(&os=[^&]*)(?:&[^&]*)*$", "\1"));
  }
  if (var.get("query") ~ "&period=") {
    var.set("kept", var.get("kept") + regsub(var.get("query"), "^(?:&(?!period=)[^&]*)*(&period=[^&]*)(?:&[^&]*)*$", "\1"));
  }
  if (var.get("query") ~ "&version=") {
    var.set("kept", var.get("kept") + regsub(var.get("query"), "^(?:&(?!version=)[^&]*)*(&version=[^&]*)(?:&[^&]*)*$", "\1"));
  }
  set req.url = req.url + regsub(var.get("kept"), "^&", "?");
}
