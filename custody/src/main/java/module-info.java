import org.jspecify.annotations.NullMarked;

/** Root keys, unwrapping, data keys: all that opens. */
@NullMarked
module dev.sallyport.custody {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;
  requires transitive dev.sallyport.keys;

  exports dev.sallyport.custody;
}
