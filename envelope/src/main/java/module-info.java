import org.jspecify.annotations.NullMarked;

/** Sealed weights: FLOE, manifest, signatures. */
@NullMarked
module dev.sallyport.envelope {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;
  requires transitive dev.sallyport.keys;
  requires transitive dev.sallyport.custody;

  exports dev.sallyport.envelope;
}
