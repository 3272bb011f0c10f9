import org.jspecify.annotations.NullMarked;

/** The root key, sealed by a TPM 2.0 to the machine's measured state. */
@NullMarked
module dev.sallyport.custodytpm {
  requires static org.jspecify;
  requires transitive dev.sallyport.core;
  requires transitive dev.sallyport.keys;
  requires transitive dev.sallyport.custody;

  exports dev.sallyport.custodytpm;
}
