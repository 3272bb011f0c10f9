package dev.sallyport.release;

import dev.sallyport.core.BadInput;
import dev.sallyport.core.Bounded;
import dev.sallyport.core.Digest;
import dev.sallyport.core.Json;
import dev.sallyport.risk.Evaluation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** Reads the result of an evaluation from the file of the harness that ran it. */
public enum Importer {
  /** Our own form, see {@link PlainResults}. */
  JSON {
    @Override
    Imported read(byte[] file, Evaluation.Source source, String selector) throws BadInput {
      return PlainResults.json(file, source);
    }
  },
  /** Our own form as a table, see {@link PlainResults}. */
  CSV {
    @Override
    Imported read(byte[] file, Evaluation.Source source, String selector) throws BadInput {
      return PlainResults.csv(file, source);
    }
  },
  /** An Inspect log as JSON; the selector is {@code scorer/metric}. */
  INSPECT {
    @Override
    Imported read(byte[] file, Evaluation.Source source, String selector) throws BadInput {
      return InspectLog.read(file, source, selector);
    }
  },
  /** Results of lm-evaluation-harness; the selector is {@code task/metric,filter}. */
  LM_EVAL {
    @Override
    Imported read(byte[] file, Evaluation.Source source, String selector) throws BadInput {
      return LmEvalResults.read(file, source, selector);
    }
  },
  /** A garak report; the selector is {@code probe/detector}, or {@code *} for all of it. */
  GARAK {
    @Override
    Imported read(byte[] file, Evaluation.Source source, String selector) throws BadInput {
      return GarakReport.read(file, source, selector);
    }
  };

  /** Largest file that is read, in bytes. */
  static final int LIMIT = 32 << 20;

  abstract Imported read(byte[] file, Evaluation.Source source, String selector) throws BadInput;

  /** The name on command lines and in evidence: {@code lm-eval}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Reads a {@link #label}. */
  public static Importer parse(String label) throws BadInput {
    for (Importer importer : values()) {
      if (importer.label().equals(label)) {
        return importer;
      }
    }
    throw new BadInput("format \"" + Json.clip(label) + "\" is not known");
  }

  /**
   * Reads a file of at most 32 MiB.
   *
   * @param selector which of the results in it; ignored by the plain forms
   */
  public Imported read(Path file, String selector) throws IOException, BadInput {
    byte[] bytes = Bounded.read(file, LIMIT);
    String name = Json.clip(String.valueOf(file.getFileName()));
    return read(bytes, new Evaluation.Source(label(), name, Digest.of(bytes)), selector);
  }
}
