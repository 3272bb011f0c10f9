package dev.sallyport.scan;

/** How much a finding weighs. */
public enum Severity {
  /** Worth knowing; changes nothing. */
  INFO,
  /** Something was not checked, or could be used against whoever loads it. */
  WARNING,
  /** Stops a sealing, unless somebody allows this very rule. */
  ERROR
}
