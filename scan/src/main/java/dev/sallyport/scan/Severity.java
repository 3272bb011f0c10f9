package dev.sallyport.scan;

/** How much a finding weighs. */
public enum Severity {
  /** Something was not checked, or could be used against whoever loads it. */
  WARNING,
  /** Stops a sealing, unless somebody allows this very rule. */
  ERROR
}
