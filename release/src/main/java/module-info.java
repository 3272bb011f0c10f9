import org.jspecify.annotations.NullMarked;

/** The gate: evidence, approvals, state machine. */
@NullMarked
module dev.sallyport.release {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;
  requires transitive dev.sallyport.keys;
  requires transitive dev.sallyport.tlog;
  requires transitive dev.sallyport.risk;
  requires transitive dev.sallyport.audit;
  requires transitive dev.sallyport.controls;

  exports dev.sallyport.release;
}
