import org.jspecify.annotations.NullMarked;

/** Main: the key daemon, the trusted core. */
@NullMarked
module dev.sallyport.keyd {
  requires static org.jspecify;
  requires dev.sallyport.core;
  requires dev.sallyport.keys;
  requires dev.sallyport.attest;
  requires dev.sallyport.tlog;
  requires dev.sallyport.risk;
  requires dev.sallyport.custody;
  requires dev.sallyport.custodytpm;
}
