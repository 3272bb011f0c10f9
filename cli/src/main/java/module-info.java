import org.jspecify.annotations.NullMarked;

/** Main: the command line and the supervisor. */
@NullMarked
module dev.sallyport.cli {
  requires static org.jspecify;
  requires dev.sallyport.core;
  requires dev.sallyport.keys;
  requires dev.sallyport.supplychain;
  requires dev.sallyport.tlog;
  requires dev.sallyport.risk;
  requires dev.sallyport.audit;
  requires dev.sallyport.release;
  requires dev.sallyport.controls;
  requires dev.sallyport.sandbox;
  requires dev.sallyport.scan;
  requires info.picocli;
  requires java.net.http;

  // Picocli sets annotated fields.
  opens dev.sallyport.cli to
      info.picocli;
}
