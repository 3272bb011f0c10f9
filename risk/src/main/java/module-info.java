import org.jspecify.annotations.NullMarked;

/** Profiles, zones and the release decision as pure functions. */
@NullMarked
module dev.sallyport.risk {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;
  requires transitive dev.sallyport.keys;

  exports dev.sallyport.risk;
}
