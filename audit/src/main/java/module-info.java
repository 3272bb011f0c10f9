import org.jspecify.annotations.NullMarked;

/** The append-only log: append, sign, witness, fsck. */
@NullMarked
module dev.sallyport.audit {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;
  requires transitive dev.sallyport.keys;
  requires transitive dev.sallyport.tlog;

  exports dev.sallyport.audit;
}
