import org.jspecify.annotations.NullMarked;

/** Hardware attestation, verified offline to the vendors' roots. */
@NullMarked
module dev.sallyport.attest {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;
  requires transitive dev.sallyport.keys;

  exports dev.sallyport.attest;
}
