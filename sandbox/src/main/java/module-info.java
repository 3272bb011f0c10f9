import org.jspecify.annotations.NullMarked;

/** Bubblewrap launcher. */
@NullMarked
module dev.sallyport.sandbox {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;

  exports dev.sallyport.sandbox;
}
