package dev.sallyport.sandbox;

/** Where a confined process writes. Its standard input is always empty. */
public enum Output {
  /** To the standard output and error of this process. */
  INHERIT,
  /** As {@link #INHERIT}; standard error is kept for {@link Confined#lastLines}, too. */
  ECHO,
  /** Both to {@link Confined#lastLines}; nothing is kept beyond that. */
  TAIL,
  /** Standard output to {@link Confined#output}, standard error to {@link Confined#lastLines}. */
  PIPE
}
