import org.jspecify.annotations.NullMarked;

/** Sealed models as a read-only file system, over /dev/fuse. */
@NullMarked
module dev.sallyport.fuse {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;
  requires transitive dev.sallyport.keys;
  requires transitive dev.sallyport.vault;

  exports dev.sallyport.fuse;
}
