import org.jspecify.annotations.NullMarked;

/** Main: the only process with a network. */
@NullMarked
module dev.sallyport.server {
  requires static org.jspecify;
  requires dev.sallyport.core;
  requires dev.sallyport.keys;
  requires dev.sallyport.tlog;
  requires dev.sallyport.risk;
  requires dev.sallyport.audit;
  requires dev.sallyport.release;
  requires dev.sallyport.gateway;
}
