import org.jspecify.annotations.NullMarked;

/** Model-file scanners: bytes to findings. */
@NullMarked
module dev.sallyport.scan {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;

  exports dev.sallyport.scan;
}
