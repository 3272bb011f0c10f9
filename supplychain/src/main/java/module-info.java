import org.jspecify.annotations.NullMarked;

/** Model signatures of others and for others: OpenSSF Model Signing, Sigstore bundles. */
@NullMarked
module dev.sallyport.supplychain {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;
  requires transitive dev.sallyport.keys;
  requires dev.sallyport.tlog;

  exports dev.sallyport.supplychain;
}
