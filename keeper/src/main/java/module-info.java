import org.jspecify.annotations.NullMarked;

/** Main: leases, decrypts, runs the inference server. */
@NullMarked
module dev.sallyport.keeper {
  requires static org.jspecify;
  requires dev.sallyport.core;
  requires dev.sallyport.keys;
  requires dev.sallyport.attest;
  requires dev.sallyport.custody;
  requires dev.sallyport.custodytpm;
  requires dev.sallyport.envelope;
  requires dev.sallyport.vault;
  requires dev.sallyport.fuse;
  requires dev.sallyport.sandbox;
}
