import org.jspecify.annotations.NullMarked;

/** Signing, verification, wrapping to a recipient; opens nothing. */
@NullMarked
module dev.sallyport.keys {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;

  exports dev.sallyport.keys;
}
