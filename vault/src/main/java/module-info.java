import org.jspecify.annotations.NullMarked;

/** Store of sealed models, sealing and opening. */
@NullMarked
module dev.sallyport.vault {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;
  requires transitive dev.sallyport.keys;
  requires transitive dev.sallyport.custody;
  requires transitive dev.sallyport.envelope;

  exports dev.sallyport.vault;
}
