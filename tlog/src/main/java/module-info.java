import org.jspecify.annotations.NullMarked;

/** Transparency log formats: tiles, proofs, notes, checkpoints; verifies only. */
@NullMarked
module dev.sallyport.tlog {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;

  exports dev.sallyport.tlog;
}
