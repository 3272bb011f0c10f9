package dev.sallyport.scan;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Chat templates (Jinja): they are text that an interpreter runs. Nothing is rendered; what reaches
 * for the interpreter's internals, escaped or not, is named. A template that hides what it does by
 * putting strings together is not seen through.
 */
final class TemplateScan {
  static final int MAX = 1 << 20;

  private static final Pattern ESCAPE =
      Pattern.compile("\\\\x([0-9a-fA-F]{2})|\\\\u([0-9a-fA-F]{4})");

  private static final Pattern REACHES =
      Pattern.compile(
          "__[a-zA-Z]\\w*__|\\|\\s*attr\\b|\\bmap\\s*\\(\\s*['\"]?attr|\\bgetattr\\b"
              + "|\\b(?:os|subprocess)\\s*\\.|\\bpopen\\b|\\bself\\s*\\._|\\b(?:lipsum|cycler|joiner)\\s*\\.");

  private static final Pattern INCLUDES =
      Pattern.compile("\\{%-?\\s*(?:include|import|extends|from)\\b");

  private TemplateScan() {}

  static void scan(String file, long offset, String template, Findings findings) {
    if (template.length() > MAX) {
      findings.add(
          file, offset, Rule.NOT_ALL_SCANNED, "a template of " + template.length() + " characters");
      return;
    }
    Matcher reaches = REACHES.matcher(unescaped(template));
    if (reaches.find()) {
      findings.add(file, offset, Rule.TEMPLATE, "a template has " + clipped(reaches.group()));
    }
    Matcher includes = INCLUDES.matcher(template);
    if (includes.find()) {
      findings.add(
          file, offset, Rule.TEMPLATE_INCLUDES, "a template has " + clipped(includes.group()));
    }
  }

  private static String unescaped(String template) {
    return ESCAPE
        .matcher(template)
        .replaceAll(m -> {
          String digits = m.group(1) != null ? m.group(1) : m.group(2);
          return Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(digits, 16)));
        });
  }

  private static String clipped(String text) {
    String shown = text.length() <= 40 ? text : text.substring(0, 40) + "…";
    return "\"" + dev.sallyport.core.Json.clip(shown) + "\"";
  }
}
