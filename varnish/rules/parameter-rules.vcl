# Generated from src/badges/ by `make docs`: change these files instead.
#
# These subs change the variable "query", which has "&" before each parameter. They match before they replace, because
# each replacement makes a copy in the workspace, and logos are long.
import std;
import var;

sub query_of_known_parameters {
  if (var.get("query") ~ "&(?!(?:cacheSeconds|color|colorA|colorB|icon|icon_color|include_prereleases|label|labelColor|list|logo|logoColor|logoSize|maxAge|message|number|period|prefix|pypiBaseUrl|range|scale|strict|style|text)=)") {
    var.set("query", regsuball(var.get("query"), "&(?!(?:cacheSeconds|color|colorA|colorB|icon|icon_color|include_prereleases|label|labelColor|list|logo|logoColor|logoSize|maxAge|message|number|period|prefix|pypiBaseUrl|range|scale|strict|style|text)=)[^&]*", ""));
  }
}

sub query_without_empties {
  if (var.get("query") ~ "&(?!(?:label|range|list|include_prereleases)=)[A-Za-z_]+=(?:&|$)") {
    var.set("query", regsuball(var.get("query"), "&(?!(?:label|range|list|include_prereleases)=)[A-Za-z_]+=(?=&|$)", ""));
  }
}

sub query_without_invalid_values {
  if (var.get("query") ~ "&(?:style|logoSize|period|text|prefix|number|scale|strict)=") {
    var.set("query", regsuball(var.get("query"), "&(?:style=(?!(?:flat|flat-square|plastic|for-the-badge|social)(?:&|$))|logoSize=(?!(?:auto)(?:&|$))|period=(?!(?:day|week|month|total)(?:&|$))|text=(?!(?:pypi|version)(?:&|$))|prefix=(?!(?:v|none)(?:&|$))|number=(?!(?:full|si|short)(?:&|$))|scale=(?!(?:1|2|3|4)(?:&|$))|strict=(?!(?:1)(?:&|$)))[^&]*(?=&|$)", ""));
  }
}

# One occurrence of each is left.
sub query_of_canonical_values {
  if (var.get("query") ~ "&color=") {
    var.set("value", regsub(var.get("query"), "^((?:&(?!color=)[^&]*)*)&color=([^&]*)((?:&[^&]*)*)$", "\2"));
    call canonical_color;
    var.set("query", regsub(var.get("query"), "^((?:&(?!color=)[^&]*)*)&color=([^&]*)((?:&[^&]*)*)$", "\1")
      + "&color=" + var.get("value")
      + regsub(var.get("query"), "^((?:&(?!color=)[^&]*)*)&color=([^&]*)((?:&[^&]*)*)$", "\3"));
  }
  if (var.get("query") ~ "&labelColor=") {
    var.set("value", regsub(var.get("query"), "^((?:&(?!labelColor=)[^&]*)*)&labelColor=([^&]*)((?:&[^&]*)*)$", "\2"));
    call canonical_color;
    var.set("query", regsub(var.get("query"), "^((?:&(?!labelColor=)[^&]*)*)&labelColor=([^&]*)((?:&[^&]*)*)$", "\1")
      + "&labelColor=" + var.get("value")
      + regsub(var.get("query"), "^((?:&(?!labelColor=)[^&]*)*)&labelColor=([^&]*)((?:&[^&]*)*)$", "\3"));
  }
  if (var.get("query") ~ "&colorB=") {
    var.set("value", regsub(var.get("query"), "^((?:&(?!colorB=)[^&]*)*)&colorB=([^&]*)((?:&[^&]*)*)$", "\2"));
    call canonical_color;
    var.set("query", regsub(var.get("query"), "^((?:&(?!colorB=)[^&]*)*)&colorB=([^&]*)((?:&[^&]*)*)$", "\1")
      + "&colorB=" + var.get("value")
      + regsub(var.get("query"), "^((?:&(?!colorB=)[^&]*)*)&colorB=([^&]*)((?:&[^&]*)*)$", "\3"));
  }
  if (var.get("query") ~ "&colorA=") {
    var.set("value", regsub(var.get("query"), "^((?:&(?!colorA=)[^&]*)*)&colorA=([^&]*)((?:&[^&]*)*)$", "\2"));
    call canonical_color;
    var.set("query", regsub(var.get("query"), "^((?:&(?!colorA=)[^&]*)*)&colorA=([^&]*)((?:&[^&]*)*)$", "\1")
      + "&colorA=" + var.get("value")
      + regsub(var.get("query"), "^((?:&(?!colorA=)[^&]*)*)&colorA=([^&]*)((?:&[^&]*)*)$", "\3"));
  }
  if (var.get("query") ~ "&logoColor=") {
    var.set("value", regsub(var.get("query"), "^((?:&(?!logoColor=)[^&]*)*)&logoColor=([^&]*)((?:&[^&]*)*)$", "\2"));
    call canonical_color;
    var.set("query", regsub(var.get("query"), "^((?:&(?!logoColor=)[^&]*)*)&logoColor=([^&]*)((?:&[^&]*)*)$", "\1")
      + "&logoColor=" + var.get("value")
      + regsub(var.get("query"), "^((?:&(?!logoColor=)[^&]*)*)&logoColor=([^&]*)((?:&[^&]*)*)$", "\3"));
  }
  if (var.get("query") ~ "&icon_color=") {
    var.set("value", regsub(var.get("query"), "^((?:&(?!icon_color=)[^&]*)*)&icon_color=([^&]*)((?:&[^&]*)*)$", "\2"));
    call canonical_color;
    var.set("query", regsub(var.get("query"), "^((?:&(?!icon_color=)[^&]*)*)&icon_color=([^&]*)((?:&[^&]*)*)$", "\1")
      + "&icon_color=" + var.get("value")
      + regsub(var.get("query"), "^((?:&(?!icon_color=)[^&]*)*)&icon_color=([^&]*)((?:&[^&]*)*)$", "\3"));
  }
  if (var.get("query") ~ "&include_prereleases=") {
    var.set("value", regsub(var.get("query"), "^((?:&(?!include_prereleases=)[^&]*)*)&include_prereleases=([^&]*)((?:&[^&]*)*)$", "\2"));
    call canonical_flag;
    var.set("query", regsub(var.get("query"), "^((?:&(?!include_prereleases=)[^&]*)*)&include_prereleases=([^&]*)((?:&[^&]*)*)$", "\1")
      + "&include_prereleases=" + var.get("value")
      + regsub(var.get("query"), "^((?:&(?!include_prereleases=)[^&]*)*)&include_prereleases=([^&]*)((?:&[^&]*)*)$", "\3"));
  }
  if (var.get("query") ~ "&cacheSeconds=") {
    var.set("value", regsub(var.get("query"), "^((?:&(?!cacheSeconds=)[^&]*)*)&cacheSeconds=([^&]*)((?:&[^&]*)*)$", "\2"));
    call canonical_seconds;
    var.set("query", regsub(var.get("query"), "^((?:&(?!cacheSeconds=)[^&]*)*)&cacheSeconds=([^&]*)((?:&[^&]*)*)$", "\1")
      + "&cacheSeconds=" + var.get("value")
      + regsub(var.get("query"), "^((?:&(?!cacheSeconds=)[^&]*)*)&cacheSeconds=([^&]*)((?:&[^&]*)*)$", "\3"));
  }
  if (var.get("query") ~ "&maxAge=") {
    var.set("value", regsub(var.get("query"), "^((?:&(?!maxAge=)[^&]*)*)&maxAge=([^&]*)((?:&[^&]*)*)$", "\2"));
    call canonical_seconds;
    var.set("query", regsub(var.get("query"), "^((?:&(?!maxAge=)[^&]*)*)&maxAge=([^&]*)((?:&[^&]*)*)$", "\1")
      + "&maxAge=" + var.get("value")
      + regsub(var.get("query"), "^((?:&(?!maxAge=)[^&]*)*)&maxAge=([^&]*)((?:&[^&]*)*)$", "\3"));
  }
}

sub canonical_seconds {
  if (var.get("value") !~ "^[1-9][0-9]{0,8}$") {
    var.set("value", "");
  } elsif (std.integer(var.get("value"), 0) >= 604800) {
    var.set("value", "604800");
  } elsif (std.integer(var.get("value"), 0) >= 86400) {
    var.set("value", "86400");
  } elsif (std.integer(var.get("value"), 0) >= 43200) {
    var.set("value", "43200");
  } elsif (std.integer(var.get("value"), 0) >= 21600) {
    var.set("value", "21600");
  } elsif (std.integer(var.get("value"), 0) >= 7200) {
    var.set("value", "7200");
  } elsif (std.integer(var.get("value"), 0) >= 3600) {
    var.set("value", "3600");
  } elsif (std.integer(var.get("value"), 0) >= 1800) {
    var.set("value", "1800");
  } elsif (std.integer(var.get("value"), 0) >= 600) {
    var.set("value", "600");
  } else {
    var.set("value", "");
  }
}

sub canonical_flag {
  if (var.get("value") ~ "^(?i:0|false)$") {
    var.set("value", "0");
  } else {
    var.set("value", "1");
  }
}

sub query_without_old_names {
  if (var.get("query") ~ "&colorB=") {
    if (var.get("query") ~ "&color=[^&(]*(?:&|$)") {
      var.set("query", regsub(var.get("query"), "&colorB=[^&]*", ""));
    } elsif (var.get("query") !~ "&color=") {
      var.set("query", regsub(var.get("query"), "&colorB=", "&color="));
      call query_sorted_again;
    }
  }
  if (var.get("query") ~ "&colorA=") {
    if (var.get("query") ~ "&labelColor=[^&(]*(?:&|$)") {
      var.set("query", regsub(var.get("query"), "&colorA=[^&]*", ""));
    } elsif (var.get("query") !~ "&labelColor=") {
      var.set("query", regsub(var.get("query"), "&colorA=", "&labelColor="));
      call query_sorted_again;
    }
  }
  if (var.get("query") ~ "&maxAge=") {
    if (var.get("query") ~ "&cacheSeconds=[^&(]*(?:&|$)") {
      var.set("query", regsub(var.get("query"), "&maxAge=[^&]*", ""));
    } elsif (var.get("query") !~ "&cacheSeconds=") {
      var.set("query", regsub(var.get("query"), "&maxAge=", "&cacheSeconds="));
      call query_sorted_again;
    }
  }
}

sub query_without_defaults {
  if (var.get("query") ~ "&(?:period=month|text=pypi|include_prereleases=0)(?:&|$)") {
    var.set("query", regsuball(var.get("query"), "&(?:period=month|text=pypi|include_prereleases=0)(?=&|$)", ""));
  }
}

sub query_without_default_sizes {
  if (var.get("query") ~ "&(?:scale=1)(?:&|$)") {
    var.set("query", regsuball(var.get("query"), "&(?:scale=1)(?=&|$)", ""));
  }
}

# Not for JSON, which repeats the requested look.
sub query_without_default_looks {
  if (var.get("query") ~ "&(?:style=flat)(?:&|$)") {
    var.set("query", regsuball(var.get("query"), "&(?:style=flat)(?=&|$)", ""));
  }
}

# Parameters of the content that the kind does not read.
sub query_of_kind {
  if (var.get("query") ~ "&(?:period)=" && req.url !~ "^(?:/(?:d|download))/") {
    var.set("query", regsuball(var.get("query"), "&(?:period)=[^&]*", ""));
  }
  if (var.get("query") ~ "&(?:text)=" && req.url !~ "^(?:/(?:v|version)|/pypi/(?:v))/") {
    var.set("query", regsuball(var.get("query"), "&(?:text)=[^&]*", ""));
  }
  if (var.get("query") ~ "&(?:prefix|include_prereleases)=" && req.url !~ "^(?:/(?:v|version)|/pypi/(?:v)|/py)/") {
    var.set("query", regsuball(var.get("query"), "&(?:prefix|include_prereleases)=[^&]*", ""));
  }
  if (var.get("query") ~ "&(?:number)=" && req.url !~ "^(?:/(?:d|download)|/pypi/(?:dd|dw|dm|dt)|/pepy/dt)/") {
    var.set("query", regsuball(var.get("query"), "&(?:number)=[^&]*", ""));
  }
  if (var.get("query") ~ "&(?:range)=" && req.url !~ "^(?:/(?:py_versions)|/pypi/(?:pyversions|python|py_versions))/") {
    var.set("query", regsuball(var.get("query"), "&(?:range)=[^&]*", ""));
  }
  if (var.get("query") ~ "&(?:message|list)=" && req.url !~ "^(?:/(?:badge|static))/") {
    var.set("query", regsuball(var.get("query"), "&(?:message|list)=[^&]*", ""));
  }
}

# Only a raster picture has a size.
sub query_of_format {
  if (var.get("query") ~ "&(?:scale)=" && req.url !~ "\.(?i:png|jpg|jpeg|gif|tiff|tif|webp)$") {
    var.set("query", regsuball(var.get("query"), "&(?:scale)=[^&]*", ""));
  }
}

# The label that the kind has anyway, unless a parameter of its content may change that.
sub query_without_default_label {
  if (var.get("query") ~ "&label=(?:pypi|pypi(?:\+|%20)package|downloads|license|python|implementation|status|wheel|egg|format|types|released|size|provenance|aws(?:\+|%20)cdk(?:\+|%20)versions|django(?:\+|%20)versions|django(?:\+|%20)cms(?:\+|%20)versions|jupyterlab(?:\+|%20)versions|odoo(?:\+|%20)versions|plone(?:\+|%20)versions|wagtail(?:\+|%20)versions|zope(?:\+|%20)versions)(?:&|$)" && var.get("query") !~ "&(?:period|text|prefix|number|range|message|list|include_prereleases)=") {
    if (var.get("query") ~ "&label=pypi(?:&|$)" && req.url ~ "^(?:/(?:v|version)/[^/]+/badge\.(?:svg|png|jpg|jpeg|gif|tiff|tif|webp|json)|/pypi/(?:v)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=pypi(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=pypi(?:\+|%20)package(?:&|$)" && req.url ~ "^(?:/py/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=pypi(?:\+|%20)package(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=downloads(?:&|$)" && req.url ~ "^(?:/(?:d|download)/[^/]+/badge\.(?:svg|png|jpg|jpeg|gif|tiff|tif|webp|json)|/pypi/(?:dd|dw|dm|dt)/[^/]+|/pepy/dt/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=downloads(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=license(?:&|$)" && req.url ~ "^(?:/(?:license)/[^/]+/badge\.(?:svg|png|jpg|jpeg|gif|tiff|tif|webp|json)|/pypi/(?:l|license)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=license(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=python(?:&|$)" && req.url ~ "^(?:/(?:py_versions|requires)/[^/]+/badge\.(?:svg|png|jpg|jpeg|gif|tiff|tif|webp|json)|/pypi/(?:pyversions|python|py_versions|requires)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=python(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=implementation(?:&|$)" && req.url ~ "^(?:/(?:implementation)/[^/]+/badge\.(?:svg|png|jpg|jpeg|gif|tiff|tif|webp|json)|/pypi/(?:implementation)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=implementation(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=status(?:&|$)" && req.url ~ "^(?:/(?:status)/[^/]+/badge\.(?:svg|png|jpg|jpeg|gif|tiff|tif|webp|json)|/pypi/(?:status)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=status(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=wheel(?:&|$)" && req.url ~ "^(?:/(?:wheel)/[^/]+/badge\.(?:svg|png|jpg|jpeg|gif|tiff|tif|webp|json)|/pypi/(?:wheel)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=wheel(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=egg(?:&|$)" && req.url ~ "^(?:/(?:egg)/[^/]+/badge\.(?:svg|png|jpg|jpeg|gif|tiff|tif|webp|json)|/pypi/(?:egg)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=egg(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=format(?:&|$)" && req.url ~ "^(?:/(?:format)/[^/]+/badge\.(?:svg|png|jpg|jpeg|gif|tiff|tif|webp|json)|/pypi/(?:format)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=format(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=types(?:&|$)" && req.url ~ "^(?:/(?:types)/[^/]+/badge\.(?:svg|png|jpg|jpeg|gif|tiff|tif|webp|json)|/pypi/(?:types)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=types(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=released(?:&|$)" && req.url ~ "^(?:/(?:released)/[^/]+/badge\.(?:svg|png|jpg|jpeg|gif|tiff|tif|webp|json)|/pypi/(?:released)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=released(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=size(?:&|$)" && req.url ~ "^(?:/(?:size)/[^/]+/badge\.(?:svg|png|jpg|jpeg|gif|tiff|tif|webp|json)|/pypi/(?:size)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=size(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=provenance(?:&|$)" && req.url ~ "^(?:/(?:provenance)/[^/]+/badge\.(?:svg|png|jpg|jpeg|gif|tiff|tif|webp|json)|/pypi/(?:provenance)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=provenance(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=aws(?:\+|%20)cdk(?:\+|%20)versions(?:&|$)" && req.url ~ "^(?:/pypi/(?:frameworkversions/aws-cdk)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=aws(?:\+|%20)cdk(?:\+|%20)versions(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=django(?:\+|%20)versions(?:&|$)" && req.url ~ "^(?:/pypi/(?:frameworkversions/django|djversions)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=django(?:\+|%20)versions(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=django(?:\+|%20)cms(?:\+|%20)versions(?:&|$)" && req.url ~ "^(?:/pypi/(?:frameworkversions/django-cms)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=django(?:\+|%20)cms(?:\+|%20)versions(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=jupyterlab(?:\+|%20)versions(?:&|$)" && req.url ~ "^(?:/pypi/(?:frameworkversions/jupyterlab)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=jupyterlab(?:\+|%20)versions(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=odoo(?:\+|%20)versions(?:&|$)" && req.url ~ "^(?:/pypi/(?:frameworkversions/odoo)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=odoo(?:\+|%20)versions(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=plone(?:\+|%20)versions(?:&|$)" && req.url ~ "^(?:/pypi/(?:frameworkversions/plone)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=plone(?:\+|%20)versions(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=wagtail(?:\+|%20)versions(?:&|$)" && req.url ~ "^(?:/pypi/(?:frameworkversions/wagtail)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=wagtail(?:\+|%20)versions(?=&|$)", ""));
    }
    if (var.get("query") ~ "&label=zope(?:\+|%20)versions(?:&|$)" && req.url ~ "^(?:/pypi/(?:frameworkversions/zope)/[^/]+)$") {
      var.set("query", regsuball(var.get("query"), "&label=zope(?:\+|%20)versions(?=&|$)", ""));
    }
  }
}
