import org.jspecify.annotations.NullMarked;

/** Ids, digests, canonical JSON, bounded reads and frames. */
@NullMarked
module dev.sallyport.core {
  requires static org.jspecify;

  exports dev.sallyport.core;
}
