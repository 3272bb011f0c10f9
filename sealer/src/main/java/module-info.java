import org.jspecify.annotations.NullMarked;

/** Main: the short-lived sealer. */
@NullMarked
module dev.sallyport.sealer {
  requires static org.jspecify;
  requires dev.sallyport.core;
  requires dev.sallyport.keys;
  requires dev.sallyport.custody;
  requires dev.sallyport.envelope;
  requires dev.sallyport.scan;
  requires dev.sallyport.vault;
}
