# Gives a color one spelling, as the API reads it: the variable "value", which becomes empty for what is no color.
import std;
import var;

sub canonical_color {
  # The API reads up to 64 characters.
  if (var.get("value") !~ "^(?>%[0-9A-Fa-f]{2}|.){1,64}$") {
    var.set("value", "");
    return;
  }
  var.set("value", regsuball(std.tolower(var.get("value")), "(?:\+|%20)+", "+"));
  var.set("value", regsuball(var.get("value"), "^\+|\+$", ""));
  if (var.get("value") ~ "^(?:%23)?(?:[0-9a-f]{3}){1,2}$") {
    var.set("value", regsub(var.get("value"), "^%23", ""));
    call color_of_digits;
  } elsif (var.get("value") ~ "^(?:rgb|hsl)a?(?:\(|%28)") {
    call canonical_color_function;
  } elsif (var.get("value") !~ "^%23(?:[0-9a-f]{4}){1,2}$") {
    call color_of_name;
  }
}

# Pictures show #aabbcc and #abc alike, and a color of the palette and its digits. JSON tells which was asked for, and
# static badges may have another color by a name of the palette.
sub color_of_digits {
  if (req.url !~ "\.(?i:json)$") {
    var.set("value", regsub(var.get("value"), "^(.)\1(.)\2(.)\3$", "\1\2\3"));
    if (req.url !~ "^/(?:(?:badge|static)/|:)") {
      var.set("digits", var.get("value"));
      call color_by_digits;
      if (var.get("value") == "") {
        var.set("value", var.get("digits"));
      }
    }
  }
}

# Static badges keep the name, for which they may have another color.
sub color_of_name {
  var.set("name", var.get("value"));
  call color_by_name;
  if (var.get("value") != "" && req.url ~ "^/(?:(?:badge|static)/|:)") {
    var.set("value", var.get("name"));
  } elsif (var.get("value") ~ "^[0-9a-f]{6}$") {
    call color_of_digits;
  }
}

# Of a color function only what is around its numbers is changed: rgb(1,%202,%203) is rgb(1,2,3).
sub canonical_color_function {
  var.set("value", regsuball(var.get("value"), "%28", "("));
  var.set("value", regsuball(var.get("value"), "%29", ")"));
  var.set("value", regsuball(var.get("value"), "%2c", ","));
  var.set("value", regsuball(var.get("value"), "%2f", "/"));
  var.set("value", regsuball(var.get("value"), "%(?![0-9a-f]{2})", "%25"));
  var.set("value", regsuball(var.get("value"), "([(,/])\+|\+(?=[),/])", "\1"));
  if (var.get("value") !~ "^[a-z]+\((?:[0-9a-z.,/+]|%25)+\)$") {
    var.set("value", "");
  }
}
