package dev.sallyport.scan;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The JSON files of a model: chat templates, and names of code that a loader would fetch or run.
 */
final class ConfigScan {
  private final String file;
  private final Findings findings;

  private ConfigScan(String file, Findings findings) {
    this.file = file;
    this.findings = findings;
  }

  /** A template that is a file of its own. */
  static void template(String file, Bytes bytes, Findings findings) throws IOException {
    if (bytes.size() > TemplateScan.MAX) {
      findings.add(file, 0, Rule.NOT_SCANNED, "a template of " + bytes.size() + " bytes");
      return;
    }
    String template = new String(bytes.head(TemplateScan.MAX), StandardCharsets.UTF_8);
    TemplateScan.scan(file, 0, template, findings);
  }

  /** Only where loaders look for either; a vocabulary of megabytes is not taken apart. */
  static void scan(String file, String last, Bytes bytes, Findings findings) throws IOException {
    boolean config = last.contains("config") || last.contains("template");
    if (!config) {
      return;
    }
    try {
      Json json = Json.parse(new String(bytes.read(0, (int) bytes.size()), StandardCharsets.UTF_8));
      new ConfigScan(file, findings).value("", json);
    } catch (BadInput e) {
      findings.add(file, 0, Rule.NOT_SCANNED, "not strict JSON: " + e.getMessage());
    }
  }

  private void value(String name, Json value) {
    switch (value) {
      case Json.Obj o -> o.members().forEach(this::member);
      case Json.Arr a -> a.items().forEach(item -> value(name, item));
      case Json.Str s -> {
        if (name.equals("chat_template") || name.equals("template")) {
          TemplateScan.scan(file, 0, s.value(), findings);
        } else if (name.equals("class_name") && s.value().equals("Lambda")) {
          findings.add(file, 0, Rule.KERAS_LAMBDA, "a Lambda layer");
        }
      }
      case Json.Num n -> {}
      case Json.Bool b -> {}
      case Json.Null n -> {}
    }
  }

  private void member(String name, Json value) {
    if (name.equals("auto_map") || name.equals("custom_pipelines")) {
      findings.add(file, 0, Rule.REMOTE_CODE, "has " + name);
    }
    // The named templates of one model are members of an object.
    boolean templates = name.equals("chat_template") && value instanceof Json.Obj;
    if (templates && value instanceof Json.Obj o) {
      o.members().values().forEach(v -> value("chat_template", v));
    } else {
      value(name, value);
    }
  }
}
