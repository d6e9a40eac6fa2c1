# Generated from src/imaging/cost.ts by `make docs`: change that file instead.
import var;

sub large_picture {
  var.set("large", "");
  if (req.url ~ "^[^?]*\.(?i:png|jpg|jpeg|gif|tiff|tif|webp)(?:\?|$)") {
    var.set("letters", regsub(req.url, "\?.*", ""));
    if (req.url ~ "^[^?]*[?](?:(?!label=)[^&]*&)*label=([^&]*)(?:&[^&]*)*$") {
      var.set("letters", var.get("letters") + regsub(req.url, "^[^?]*[?](?:(?!label=)[^&]*&)*label=([^&]*)(?:&[^&]*)*$", "\1"));
    }
    if (req.url ~ "^[^?]*[?](?:(?!message=)[^&]*&)*message=([^&]*)(?:&[^&]*)*$") {
      var.set("letters", var.get("letters") + regsub(req.url, "^[^?]*[?](?:(?!message=)[^&]*&)*message=([^&]*)(?:&[^&]*)*$", "\1"));
    }
    var.set("letters", regsuball(var.get("letters"), "%[89ABab].", ""));
    var.set("letters", regsuball(var.get("letters"), "%[0-9A-Fa-f]{2}", "x"));
    if (req.url ~ "^[^?]*\.(?i:png)(?:\?|$)" && (req.url ~ "[?&]scale=4|@4x" && var.get("letters") ~ "^.{63}" || req.url ~ "[?&]scale=3|@3x" && var.get("letters") ~ "^.{85}" || req.url ~ "[?&]scale=2|@2x" && var.get("letters") ~ "^.{118}" || var.get("letters") ~ "^.{157}")) {
      var.set("large", "yes");
    }
    if (req.url ~ "^[^?]*\.(?i:jpg|jpeg)(?:\?|$)" && (req.url ~ "[?&]scale=4|@4x" && var.get("letters") ~ "^.{56}" || req.url ~ "[?&]scale=3|@3x" && var.get("letters") ~ "^.{77}" || req.url ~ "[?&]scale=2|@2x" && var.get("letters") ~ "^.{110}" || var.get("letters") ~ "^.{153}")) {
      var.set("large", "yes");
    }
    if (req.url ~ "^[^?]*\.(?i:gif)(?:\?|$)" && (req.url ~ "[?&]scale=4|@4x" && var.get("letters") ~ "^.{35}" || req.url ~ "[?&]scale=3|@3x" && var.get("letters") ~ "^.{48}" || req.url ~ "[?&]scale=2|@2x" && var.get("letters") ~ "^.{75}" || var.get("letters") ~ "^.{129}")) {
      var.set("large", "yes");
    }
    if (req.url ~ "^[^?]*\.(?i:tiff|tif)(?:\?|$)" && (req.url ~ "[?&]scale=4|@4x" && var.get("letters") ~ "^.{61}" || req.url ~ "[?&]scale=3|@3x" && var.get("letters") ~ "^.{82}" || req.url ~ "[?&]scale=2|@2x" && var.get("letters") ~ "^.{115}" || var.get("letters") ~ "^.{156}")) {
      var.set("large", "yes");
    }
    if (req.url ~ "^[^?]*\.(?i:webp)(?:\?|$)" && (req.url ~ "[?&]scale=4|@4x" && var.get("letters") ~ "^.{54}" || req.url ~ "[?&]scale=3|@3x" && var.get("letters") ~ "^.{74}" || req.url ~ "[?&]scale=2|@2x" && var.get("letters") ~ "^.{107}" || var.get("letters") ~ "^.{152}")) {
      var.set("large", "yes");
    }
  }
}
