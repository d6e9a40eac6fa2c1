# Makes the query canonical. Drops parameters that the API ignores: unknown, empty, repeated, invalid and default ones,
# and those that kind or format do not read (parameter-rules.vcl). The path is canonical before.
#
# Input and output are in the variable "query": it starts with "?", and ends up with "&" before each parameter.
import std;
import var;

sub canonical_query {
  call query_sorted;
  call query_of_known_parameters;
  call query_without_repeated;
  call query_without_empties;
  # In shields.io, the old style "popout" means "flat".
  if (var.get("query") ~ "&style=popout") {
    var.set("query", regsub(var.get("query"), "&style=popout", "&style=flat"));
  }
  call query_without_invalid_values;
  call query_of_kind;
  call query_of_format;
  call query_without_defaults;
  # A size in the path counts where the query has none.
  if (req.url !~ "@") {
    call query_without_default_sizes;
  }
  if (req.url !~ "\.(?i:json)$") {
    call query_without_default_looks;
  } elsif (var.get("query") ~ "&strict=1(?:&|$)") {
    # JSON has its true status anyway.
    var.set("query", regsub(var.get("query"), "&strict=1(?=&|$)", ""));
  }
  call query_without_default_prefix;
  call query_without_default_label;
  # Last, when nothing makes the query shorter. Each value takes copies in the workspace: with a long logo or label, it
  # stays as it is.
  if (var.get("query") !~ "^.{2048}") {
    call query_of_canonical_values;
    call query_without_empties;
    call query_without_old_names;
    call query_without_defaults;
    call query_without_default_label;
  }
}

# The first page's: what its form says.
sub query_of_page {
  call query_sorted;
  call query_of_known_page_parameters;
  call query_without_repeated;
  call query_of_filled_page_parameters;
}

# Writes "label" as "label=" before sorting, because "labelColor=" sorts between the two.
sub query_sorted {
  if (var.get("query") ~ "(?:^\?|&)[A-Za-z_]+(?:&|$)") {
    var.set("query", regsuball(var.get("query"), "((?:^\?|&)[A-Za-z_]+)(?=&|$)", "\1="));
  }
  var.set("query", regsub(std.querysort(var.get("query")), "^\?", "&"));
}

sub query_sorted_again {
  var.set("query", regsub(std.querysort(regsub(var.get("query"), "^&", "?")), "^\?", "&"));
}

# The API ignores repeated parameters. This must precede the other rules, or one of the two could be left and count.
sub query_without_repeated {
  if (var.get("query") ~ "&([A-Za-z_]++=)[^&]*+&\1") {
    var.set("query", regsuball(var.get("query"), "&([A-Za-z_]++=)[^&]*+(?:&\1[^&]*+)+", ""));
  }
}

# The default prefix of a version depends on the grammar.
sub query_without_default_prefix {
  if (var.get("query") ~ "&prefix=v(?:&|$)" && req.url ~ "^/pypi/") {
    var.set("query", regsub(var.get("query"), "&prefix=v(?=&|$)", ""));
  }
  if (var.get("query") ~ "&prefix=none(?:&|$)" && req.url !~ "^/pypi/") {
    var.set("query", regsub(var.get("query"), "&prefix=none(?=&|$)", ""));
  }
}
