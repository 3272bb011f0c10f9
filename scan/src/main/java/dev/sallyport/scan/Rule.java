package dev.sallyport.scan;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What a scan looks for. The ids are part of spec/sealed-weights.md §12. */
public enum Rule {
  NOT_SCANNED(Severity.WARNING, "no scanner knows this content; nothing was checked"),
  NOT_ALL_SCANNED(Severity.WARNING, "a part of the file is out of reach of the scanner"),
  CONTENT_MISMATCH(Severity.ERROR, "the content is of the format that the name says"),
  UNREADABLE(Severity.ERROR, "the file can be read to its end"),
  NOT_A_FILE(Severity.ERROR, "a model is made of plain files"),
  TOO_MANY_FINDINGS(Severity.ERROR, "all findings of a file are listed"),
  EXECUTABLE(Severity.ERROR, "a model holds no program"),
  PYTHON_CODE(Severity.WARNING, "code that a loader may run was read by a person"),
  REMOTE_CODE(Severity.WARNING, "the configuration names code of the model's own"),
  SAFETENSORS_HEADER(Severity.ERROR, "the header is JSON within its bounds, no name twice"),
  SAFETENSORS_TENSOR(Severity.ERROR, "shape and type of a tensor make its extent"),
  SAFETENSORS_LAYOUT(Severity.ERROR, "tensors fill the data without overlap or hole"),
  GGUF_HEADER(Severity.ERROR, "the header is of a known version and within its bounds"),
  GGUF_TENSOR(Severity.ERROR, "a tensor lies in the file, aligned, and has one name"),
  GGUF_TYPE(Severity.WARNING, "the size of a tensor's type is known"),
  TEMPLATE(Severity.ERROR, "a template reaches for no internals of its interpreter"),
  TEMPLATE_INCLUDES(Severity.WARNING, "a template stands for itself"),
  PICKLE_DANGEROUS_IMPORT(Severity.ERROR, "a pickle names nothing that runs commands or code"),
  PICKLE_UNKNOWN_IMPORT(Severity.ERROR, "a pickle names only what rebuilds tensors"),
  PICKLE_HIDDEN_IMPORT(Severity.ERROR, "what a pickle imports can be read from it"),
  PICKLE_BROKEN(Severity.ERROR, "a pickle is read to its end"),
  ARCHIVE_PATH(Severity.ERROR, "an entry stays below the directory it is put in"),
  ARCHIVE_LINK(Severity.ERROR, "an archive holds plain files"),
  ARCHIVE_BROKEN(Severity.ERROR, "directory and entries of an archive agree"),
  ARCHIVE_BOMB(Severity.ERROR, "an archive does not grow beyond measure"),
  ONNX_EXTERNAL_PATH(Severity.ERROR, "external data lies beside the model"),
  ONNX_BROKEN(Severity.ERROR, "the message is whole"),
  KERAS_LAMBDA(Severity.ERROR, "a model holds no layer of code");

  private final Severity severity;
  private final String text;

  Rule(Severity severity, String text) {
    this.severity = severity;
    this.text = text;
  }

  /** As people write it: {@code pickle-unknown-import}. */
  public String id() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  public Severity severity() {
    return severity;
  }

  /** The rule as a sentence. */
  public String text() {
    return text;
  }

  /** The rule of this id. */
  public static Rule parse(String id) throws BadInput {
    for (Rule rule : values()) {
      if (rule.id().equals(id)) {
        return rule;
      }
    }
    throw new BadInput("rule \"" + Json.clip(id) + "\" is not known");
  }

  /** The version of all rules together: it changes when a rule or what is allowed does. */
  public static Digest set() {
    String rules =
        Arrays.stream(values())
            .map(r -> r.id() + " " + r.severity + " " + r.text)
            .collect(Collectors.joining("\n"));
    return Digest.of(rules + "\n" + PickleImports.text() + "\n" + Scanner.VERSION);
  }
}
